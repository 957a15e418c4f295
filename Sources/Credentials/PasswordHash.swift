// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CCrypt
import Glibc

/// A password as bcrypt keeps it: `$2y$10$...`, what `htpasswd -nBC 10 "" ` prints.
public struct PasswordHash: Hashable, Sendable {
    /// As it stands in the file.
    let text: String
    /// Two to the power of this many rounds: 10 takes some 70 ms, each one more twice as long.
    public let cost: Int

    public enum Limits {
        /// What bcrypt looks at. A longer password is as good as its beginning.
        public static let password = 72
        /// From this cost on a check takes seconds.
        public static let slow = 15
    }

    /// Nil when it is no bcrypt hash.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 60, bytes.starts(with: "$2".utf8), "abxy".utf8.contains(bytes[2]), bytes[3] == 0x24,
            bytes[6] == 0x24,
            let cost = Int(String(decoding: bytes[4...5], as: UTF8.self)), (4...31).contains(cost),
            bytes[7...].allSatisfy(PasswordHash.isDigit)
        else { return nil }
        self.text = text
        self.cost = cost
    }

    /// One that no password is known for, and that takes as long to check as another of its cost.
    init(decoyOfCost cost: Int) {
        self.cost = cost
        let digits = cost < 10 ? "0\(cost)" : "\(cost)"
        text = "$2y$\(digits)$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi"
    }

    /// Whether the password is the one. Takes as long as the cost says: for a thread that may block.
    func matches(_ password: [UInt8]) -> Bool {
        // C would take it for the end, and what comes before it for the whole password.
        guard !password.contains(0) else { return false }
        let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        defer {
            explicit_bzero(data, MemoryLayout<crypt_data>.size)
            data.deallocate()
        }
        explicit_bzero(data, MemoryLayout<crypt_data>.size)
        let phrase = password.map { CChar(bitPattern: $0) } + [0]
        guard let result = crypt_r(phrase, text, data) else { return false }
        return PasswordHash.areEqual(Array(String(cString: result).utf8), Array(text.utf8))
    }

    /// In a time that does not tell where they differ.
    static func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        // Swift has | and ^ bind alike: without the parentheses one wrong password in a thousand or so would be right.
        return zip(a, b).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// Of bcrypt's base 64.
    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x2E...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}
