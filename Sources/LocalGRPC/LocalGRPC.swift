// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

/// A connection to a daemon on this machine that speaks gRPC over a Unix socket, for one call after the other. Blocks, so it
/// is for a thread of its own; all that is done with it ends within its time.
///
/// It knows as much of HTTP/2 (RFC 9113) as that takes, since a library for all of it would add a twentieth to the program.
/// The headers of an answer are not looked into: a server sends a call's one message if it worked, and none if it did not.
public struct LocalGRPC: ~Copyable {
    /// Bytes of an answer at most; containerd's own bound is 16 MiB.
    static let answerLimit = 32 << 20

    private let socket: LocalSocket
    private var nextStream: UInt32 = 1
    /// What may be sent before the daemon allows more.
    private var window = 65_535

    /// Connects. `user`: whose the daemon has to be; nobody else's answers are taken.
    public init(socketPath: String, user: UInt32 = 0, within timeout: Duration) throws(LocalGRPCError) {
        let socket = try LocalSocket(connectingTo: socketPath, user: user, within: timeout)
        try socket.send(HTTP2Frame.clientPreface)
        self.socket = socket
    }

    /// One call with one message, for the one that answers it. `method` is `/package.Service/Method`.
    public mutating func call(
        _ method: String, _ message: [UInt8], metadata: [(name: String, value: String)] = []
    ) throws(LocalGRPCError) -> [UInt8] {
        let stream = nextStream
        nextStream += 2
        let body = LocalGRPC.framed(message)
        guard body.count <= HTTP2Frame.mostPayload else { throw .broken("a request of \(body.count) bytes is too large") }
        try socket.send(HTTP2Frame(.headers, flags: .endHeaders, stream, LocalGRPC.headers(method, metadata)).bytes)
        while window < body.count { _ = try next() }
        window -= body.count
        try socket.send(HTTP2Frame(.data, flags: .endStream, stream, body).bytes)
        var answer: [UInt8] = []
        while true {
            let frame = try next()
            guard frame.stream == stream else { continue }
            switch frame.kind {
            case .data:
                answer += try frame.data()
                if answer.count > LocalGRPC.answerLimit { throw .answerTooLarge }
            case .resetStream: throw .refused(method)
            default: break
            }
            if frame.endsStream { return try LocalGRPC.message(in: answer, of: method) }
        }
    }

    /// The next frame, with what the connection itself asks for done.
    private mutating func next() throws(LocalGRPCError) -> HTTP2Frame {
        let frame = try HTTP2Frame(from: socket)
        switch frame.kind {
        case .settings where !frame.flags.contains(.acknowledgement):
            try socket.send(HTTP2Frame(.settings, flags: .acknowledgement, 0, []).bytes)
        case .ping where !frame.flags.contains(.acknowledgement):
            try socket.send(HTTP2Frame(.ping, flags: .acknowledgement, 0, frame.payload).bytes)
        case .windowUpdate where frame.stream == 0: window += Int(frame.number)
        case .goAway: throw .broken("the daemon ends the connection")
        default: break
        }
        return frame
    }

    // MARK: gRPC

    /// Not compressed, and so long.
    private static func framed(_ message: [UInt8]) -> [UInt8] { [0] + UInt32(message.count).bigEndianBytes + message }

    private static func message(in answer: [UInt8], of method: String) throws(LocalGRPCError) -> [UInt8] {
        if answer.isEmpty { throw .refused(method) }
        guard answer.count >= 5, answer[0] == 0, Int(UInt32(bigEndianBytes: answer[1..<5])) == answer.count - 5 else {
            throw .broken("the answer to \(method) is not one message")
        }
        return Array(answer[5...])
    }

    /// As literals that nobody is to remember (RFC 7541, 6.2.2), so that there is no state to keep.
    private static func headers(_ method: String, _ metadata: [(name: String, value: String)]) -> [UInt8] {
        let own = [
            (":method", "POST"), (":scheme", "http"), (":path", method), (":authority", "localhost"),
            ("content-type", "application/grpc"), ("te", "trailers"), ("user-agent", "headroom"),
        ]
        return (own + metadata.map { ($0.name, $0.value) }).flatMap { name, value in
            [0x00] + literal(name) + literal(value)
        }
    }

    private static func literal(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        var rest = bytes.count
        guard rest >= 127 else { return [UInt8(rest)] + bytes }
        var length: [UInt8] = [127]
        rest -= 127
        while rest >= 128 {
            length.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        return length + [UInt8(rest)] + bytes
    }
}

/// Why there is no answer.
public enum LocalGRPCError: Error, Hashable, Sendable {
    /// Nobody listens on the socket.
    case nobodyListens
    case permissionDenied
    /// The daemon is not run by whom it should be.
    case user(UInt32)
    case timeout(Duration)
    case answerTooLarge
    /// The daemon answered the call with an error.
    case refused(String)
    /// It is no gRPC, or ended too soon: for people.
    case broken(String)
}

extension LocalGRPCError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .nobodyListens: "nobody listens"
        case .permissionDenied: "it is not open to this user"
        case .user(let user): "user \(user) listens there, not root"
        case .timeout(let timeout): "no answer within \(timeout.text)"
        case .answerTooLarge: "the answer is larger than can be taken"
        case .refused(let method): "it answers \(method) with an error"
        case .broken(let text): text
        }
    }
}
