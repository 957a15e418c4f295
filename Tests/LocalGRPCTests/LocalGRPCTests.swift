// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Testing
import Units

@testable import LocalGRPC

@Suite(.serialized, .timeLimit(.minutes(2))) struct LocalGRPCTests {
    private let method = "/package.Service/Method"

    /// Calls block, so they are made on a thread of their own.
    private func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws(LocalGRPCError) -> Value) async throws -> Value {
        let result: Result<Value, LocalGRPCError> = await withCheckedContinuation { continuation in
            let work = Work {
                do throws(LocalGRPCError) { continuation.resume(returning: .success(try body())) } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            var thread = pthread_t()
            pthread_create(&thread, nil, { Work.run($0) }, Unmanaged.passRetained(work).toOpaque())
            pthread_detach(thread)
        }
        return try result.get()
    }

    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        static func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
            if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        }
    }

    private func asking(
        _ server: GRPCServer, _ message: [UInt8] = [1, 2, 3], times: Int = 1, within timeout: Duration = .seconds(60)
    ) async throws -> [[UInt8]] {
        let (path, method) = (server.path, method)
        return try await blocking { () throws(LocalGRPCError) in
            var connection = try LocalGRPC(socketPath: path, user: geteuid(), within: timeout)
            var answers: [[UInt8]] = []
            for number in 0..<times {
                let metadata = [(name: "containerd-namespace", value: "n\(number)")]
                answers.append(try connection.call(method, message, metadata: metadata))
            }
            return answers
        }
    }

    private func error(_ answer: GRPCServer.Answer, within timeout: Duration = .seconds(60)) async throws -> LocalGRPCError? {
        let server = try await GRPCServer { _ in answer }
        defer { Task { try await server.close() } }
        return await #expect(throws: LocalGRPCError.self) { try await asking(server, within: timeout) }
    }

    @Test func `one message goes, with its metadata, and one comes`() async throws {
        let server = try await GRPCServer { .message($0.message.reversed()) }
        #expect(try await asking(server) == [[3, 2, 1]])
        #expect(server.heard == [GRPCServer.Request(path: method, namespace: "n0", message: [1, 2, 3])])
        #expect(try await asking(server, []) == [[]])
        try await server.close()
    }

    @Test func `answers of many frames, and more requests than fit into the first window, come through`() async throws {
        let large = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let server = try await GRPCServer { $0.namespace == "n1" ? .message(large) : .message($0.message) }
        let request = [UInt8](repeating: 7, count: 12_000)
        let answers = try await asking(server, request, times: 40)
        #expect(answers.count == 40 && answers[1] == large && answers.last == request)
        try await server.close()
    }

    @Test func `long names and values arrive as they are`() async throws {
        let server = try await GRPCServer { .message(Array(($0.namespace ?? "").utf8)) }
        let long = String(repeating: "namespace-", count: 60)
        let path = server.path
        let answer = try await blocking { () throws(LocalGRPCError) in
            var connection = try LocalGRPC(socketPath: path, user: geteuid(), within: .seconds(60))
            return try connection.call("/a/b", [], metadata: [(name: "containerd-namespace", value: long)])
        }
        #expect(String(decoding: answer, as: UTF8.self) == long)
        try await server.close()
    }

    @Test func `an error of the daemon's is told as one, and so is a call that it drops`() async throws {
        #expect(try await error(.error) == .refused(method))
        #expect(try await error(.reset) == .refused(method))
    }

    @Test func `what is no single message is not taken for one`() async throws {
        for bytes: [UInt8] in [[0], [0, 0, 0, 0, 9, 1], [1, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]] {
            guard case .broken = try await error(.raw(bytes)) else {
                Issue.record("\(bytes) was taken")
                continue
            }
        }
    }

    @Test func `a daemon that says nothing costs the time that was given, no more`() async throws {
        #expect(try await error(.silence, within: .milliseconds(300)) == .timeout(.milliseconds(300)))
    }

    @Test func `nobody there, and somebody else there, are told apart`() async throws {
        let nobody = await #expect(throws: LocalGRPCError.self) {
            try await blocking { () throws(LocalGRPCError) in
                _ = try LocalGRPC(socketPath: "/nowhere/s", within: .seconds(60))
            }
        }
        #expect(nobody == .nobodyListens)
        let server = try await GRPCServer { .message($0.message) }
        let path = server.path
        let other = await #expect(throws: LocalGRPCError.self) {
            try await blocking { () throws(LocalGRPCError) in
                _ = try LocalGRPC(socketPath: path, user: geteuid() + 1, within: .seconds(60))
            }
        }
        #expect(other == .user(geteuid()))
        #expect(server.heard.isEmpty)
        try await server.close()
    }

    @Test(
        arguments: [
            [], [0x0A], [0x0A, 5, 1], [0x08], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80], [0x0B],
            [0x09, 1],
            [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
        ] as [[UInt8]])
    func `bytes that are no protobuf are told as such, whatever lengths they claim`(bytes: [UInt8]) {
        if bytes.isEmpty {
            #expect((try? ProtobufFields(bytes))?.text(1) == "")
        } else {
            #expect(throws: ProtobufFields.Malformed.self) { try ProtobufFields(bytes) }
        }
    }

    @Test func `what is written reads as it was, among fields of other kinds`() throws {
        let long = String(repeating: "ä", count: 300)
        let written = protobufMessage((1, "a"), (2, ""), (7, long))
        let numbers: [UInt8] = [3 << 3, 0x96, 0x01, 4 << 3 | 1, 1, 2, 3, 4, 5, 6, 7, 8, 5 << 3 | 5, 1, 2, 3, 4]
        let fields = try ProtobufFields(numbers + written + protobufMessage((1, "b")))
        #expect(fields.text(1) == "b" && fields.text(2) == "" && fields.text(7) == long)
        let map = try ProtobufFields(
            [2 << 3 | 2, 6] + protobufMessage((1, "k"), (2, "v")) + [2 << 3 | 2, 3] + protobufMessage((1, "e")) + [
                2 << 3 | 2, 1, 9,
            ])
        #expect(map.map(2) == ["k": "v", "e": ""])
    }
}
