// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Testing

@testable import Systemd

struct ServiceManagerTests {
    @Test(
        arguments: [
            (.ready(status: "2 pools"), "READY=1\nSTATUS=2 pools"),
            (.reloading(atMicroseconds: 12), "RELOADING=1\nMONOTONIC_USEC=12"),
            (.status("a"), "STATUS=a"), (.alive, "WATCHDOG=1"), (.stopping, "STOPPING=1"),
        ] as [(ServiceState, String)])
    func `A message has a field a line`(state: ServiceState, message: String) { #expect(state.message == message) }

    @Test func `A status cannot smuggle in a field`() {
        #expect(ServiceState.status("a\nREADY=1\r").message == "STATUS=a READY=1 ")
    }

    @Test(arguments: [true, false])
    func `What is told arrives, at a file as at a name without one`(isAbstract: Bool) throws {
        let name = "headroom-test-\(getpid())-\(isAbstract)"
        let path = isAbstract ? "@" + name : "/tmp/" + name
        let receiver = try Receiver(path: path)
        let manager = ServiceManager(environment: ["NOTIFY_SOCKET": path].value)
        #expect(manager.isThere && manager.watchdog == nil)
        manager.tell(.alive)
        #expect(receiver.next() == "WATCHDOG=1")
        manager.tellReloading()
        let told = try #require(receiver.next()?.split(separator: "\n"))
        #expect(told.first == "RELOADING=1")
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let time = try #require(told.last?.split(separator: "=").last.flatMap { UInt64($0) })
        #expect(abs(Double(time) / 1e6 - Double(now.tv_sec)) < 5)
    }

    @Test func `Where nobody listens nothing is told and nothing goes wrong`() {
        let nobody = ServiceManager(environment: { _ in nil })
        #expect(!nobody.isThere && nobody.watchdog == nil)
        nobody.tell(.alive)
        let gone = ServiceManager(environment: ["NOTIFY_SOCKET": "/tmp/headroom-no-such-socket"].value)
        gone.tell(.alive)
        #expect(!ServiceManager(environment: ["NOTIFY_SOCKET": "vsock:2:1"].value).isThere)
    }

    @Test(
        arguments: [
            (["WATCHDOG_USEC": "30000000"], .seconds(30)), (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"], .seconds(30)),
            (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"], nil), (["WATCHDOG_USEC": "0"], nil),
            (["WATCHDOG_USEC": "x"], nil),
        ] as [([String: String], Duration?)])
    func `The watchdog is this process' own`(variables: [String: String], interval: Duration?) {
        let all = variables.merging(["NOTIFY_SOCKET": "/run/x"]) { a, _ in a }
        #expect(ServiceManager(environment: all.value, process: 7).watchdog == interval)
    }
}

extension [String: String] {
    func value(_ name: String) -> String? { self[name] }
}

/// Takes datagrams, as systemd does.
private final class Receiver {
    private let descriptor: Int32
    private let path: String

    init(path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        unlink(path)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        let isAbstract = name[0] == UInt8(ascii: "@")
        if isAbstract { name[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = isAbstract ? MemoryLayout<sa_family_t>.size + name.count : MemoryLayout<sockaddr_un>.size
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(length)) }
        }
        try #require(bound == 0, "\(String(cString: strerror(errno)))")
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    /// Nil when nothing has come.
    func next() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}
