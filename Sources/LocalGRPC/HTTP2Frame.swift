// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A frame of HTTP/2 (RFC 9113, 4.1): nine bytes of length, type, flags and stream, then the payload.
struct HTTP2Frame: Hashable, Sendable {
    enum Kind: UInt8, Hashable, Sendable {
        case data = 0
        case headers = 1
        case resetStream = 3
        case settings = 4
        case ping = 6
        case goAway = 7
        case windowUpdate = 8
        case other = 255
    }

    struct Flags: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        static let endStream = Flags(rawValue: 0x1)
        static let acknowledgement = Flags(rawValue: 0x1)
        static let endHeaders = Flags(rawValue: 0x4)
        static let padded = Flags(rawValue: 0x8)
    }

    var kind: Kind
    var flags: Flags
    var stream: UInt32
    var payload: [UInt8]

    /// Neither side sends more, as neither asks the other to.
    static let mostPayload = 16_384
    private static let headLength = 9

    init(_ kind: Kind, flags: Flags, _ stream: UInt32, _ payload: [UInt8]) {
        self.kind = kind
        self.flags = flags
        self.stream = stream
        self.payload = payload
    }

    init(from socket: borrowing LocalSocket) throws(LocalGRPCError) {
        let head = try socket.receive(HTTP2Frame.headLength)
        let length = Int(UInt32(bigEndianBytes: [0] + head[0..<3]))
        guard length <= HTTP2Frame.mostPayload else {
            throw .broken("a frame of \(length) bytes is no HTTP/2 that was agreed on")
        }
        kind = Kind(rawValue: head[3]) ?? .other
        flags = Flags(rawValue: head[4])
        stream = UInt32(bigEndianBytes: head[5..<9]) & 0x7FFF_FFFF
        payload = try socket.receive(length)
    }

    var bytes: [UInt8] {
        UInt32(payload.count).bigEndianBytes[1...] + [kind.rawValue, flags.rawValue] + stream.bigEndianBytes + payload
    }

    /// Headers and data say so by a flag; other kinds use that bit for something else.
    var endsStream: Bool { (kind == .data || kind == .headers) && flags.contains(.endStream) }

    /// Without the padding.
    func data() throws(LocalGRPCError) -> ArraySlice<UInt8> {
        guard flags.contains(.padded) else { return payload[...] }
        guard let padding = payload.first, Int(padding) < payload.count else {
            throw .broken("a frame's padding is longer than it")
        }
        return payload[1...].dropLast(Int(padding))
    }

    /// The payload as one number of 31 bits; 0 where it is none.
    var number: UInt32 { payload.count == 4 ? UInt32(bigEndianBytes: payload[...]) & 0x7FFF_FFFF : 0 }

    /// How a client begins: it takes answers of any size (they are bounded where they are put together), no pushed ones, and
    /// remembers no headers.
    static var clientPreface: [UInt8] {
        let most: UInt32 = 0x7FFF_FFFF
        let settings: [(UInt16, UInt32)] = [(1, 0), (2, 0), (4, most)]
        let payload = settings.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] + $1.bigEndianBytes }
        return Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + HTTP2Frame(.settings, flags: [], 0, payload).bytes
            + HTTP2Frame(.windowUpdate, flags: [], 0, (most - 65_535).bigEndianBytes).bytes
    }
}

extension UInt32 {
    var bigEndianBytes: [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: self >> $0) } }

    /// Of four bytes.
    init(bigEndianBytes bytes: some Sequence<UInt8>) { self = bytes.reduce(0) { $0 << 8 | UInt32($1) } }
}
