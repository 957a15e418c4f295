// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// What a request brings to prove who sends it: the value of its `Authorization` header (RFC 7617, RFC 6750).
public enum Proof: Hashable, Sendable {
    case password([UInt8], user: String)
    case token([UInt8])

    /// Nil for another scheme, and for what is no right value of its scheme.
    public init?(authorization value: String) {
        guard let space = value.utf8.firstIndex(of: 0x20) else { return nil }
        let rest = Array(value.utf8[space...].drop { $0 == 0x20 })
        switch value[..<space].lowercased() {
        case "bearer":
            guard !rest.isEmpty else { return nil }
            self = .token(rest)
        case "basic":
            guard let pair = [UInt8](base64: rest), let colon = pair.firstIndex(of: 0x3A),
                let user = String(validating: pair[..<colon], as: UTF8.self)
            else { return nil }
            self = .password(Array(pair[(colon + 1)...]), user: user)
        default: return nil
        }
    }
}

extension [UInt8] {
    /// Nil when it is no base 64 (RFC 4648, with or without padding).
    init?(base64 text: [UInt8]) {
        var bytes: [UInt8] = []
        var (bits, count): (UInt32, UInt32) = (0, 0)
        var digits = text[...]
        while digits.last == 0x3D { digits.removeLast() }
        guard text.count - digits.count <= 2, digits.count % 4 != 1 else { return nil }
        for digit in digits {
            let value: UInt8
            switch digit {
            case 0x41...0x5A: value = digit - 0x41
            case 0x61...0x7A: value = digit - 0x61 + 26
            case 0x30...0x39: value = digit - 0x30 + 52
            case 0x2B: value = 62
            case 0x2F: value = 63
            default: return nil
            }
            bits = bits << 6 | UInt32(value)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> count))
        }
        self = bytes
    }
}
