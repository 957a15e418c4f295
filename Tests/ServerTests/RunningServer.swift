// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Logging
import ServiceLifecycle
import Testing

@testable import Server

/// A real server on a free port and a socket in a folder of its own, for as long as a test takes.
struct RunningServer {
    var port: Int
    var folder: String
    var socketPath: String { "\(folder)/run/headroom.sock" }
    var client: SocketClient { SocketClient(socketPath: socketPath) }

    func get(_ path: String, _ headers: String = "") async throws -> RawAnswer {
        try await send("GET \(path) HTTP/1.1\r\nHost: a\r\n\(headers)Connection: close\r\n\r\n")
    }

    func post(_ path: String, body: String = "", headers: String = "") async throws -> RawAnswer {
        try await send(
            "POST \(path) HTTP/1.1\r\nHost: a\r\n\(headers)Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
        )
    }

    /// The same over the socket, as this user.
    func local(_ path: String, body: String) async throws -> RawAnswer {
        try await RawClient.post(path, body: body, headers: "", socketPath: socketPath)
    }

    /// The one answer to `text`.
    func send(_ text: String) async throws -> RawAnswer {
        let answers = RawAnswer.parse(try await RawClient.send(text, port: port))
        try #require(answers.count == 1, "\(answers)")
        return answers[0]
    }
}

enum Run {
    /// Starts a server, runs `body`, and stops the server, which must end well and take its socket away.
    static func server(
        _ daemon: FakeDaemon = FakeDaemon(), host: String? = "127.0.0.1", telemetryPath: String = "/metrics",
        control: AccessControl? = nil, before: ((String) async throws -> Void)? = nil,
        _ body: (RunningServer) async throws -> Void
    ) async throws {
        try await inFolder { folder in
            if let before {
                #expect(mkdir("\(folder)/run", 0o700) == 0)
                try await before("\(folder)/run/headroom.sock")
            }
            let (places, continuation) = AsyncStream.makeStream(of: Listening.self)
            let server = try Server(
                daemon: daemon, addresses: [ListenAddress(host: host, port: 0)], socketPath: "\(folder)/run/headroom.sock",
                access: control ?? .open, telemetryPath: telemetryPath, logger: quiet,
                onListening: { continuation.yield($0) })
            let group = ServiceGroup(configuration: .init(services: server.services + [server.watch], logger: quiet))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    // A server that cannot start is not waited for.
                    defer { continuation.finish() }
                    try await group.run()
                }
                var running = RunningServer(port: 0, folder: folder)
                var iterator = places.makeAsyncIterator()
                for _ in server.services {
                    if case .network(let address)? = await iterator.next() { running.port = Int(address.port) }
                }
                let result = await Result { try await body(running) }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                try result.get()
                #expect(access(running.socketPath, F_OK) != 0, "the socket was left")
            }
        }
    }

    /// A folder that is gone afterwards.
    static func inFolder(_ body: (String) async throws -> Void) async throws {
        var template = Array("/tmp/headroom-server-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&template))
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let result = await Result { try await body(folder) }
        removeAll(folder)
        try result.get()
    }

    /// Starts no other program for it: that would share all open sockets with it for a moment.
    private static func removeAll(_ path: String) {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { removeAll("\(path)/\(name)") }
            }
            closedir(folder)
        }
        remove(path)
    }

    static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}

extension AccessControl {
    /// No file at all: reading is open, and nothing is changed over the network.
    static var open: AccessControl {
        get throws { try AccessControl(logger: Run.quiet) }
    }
}
