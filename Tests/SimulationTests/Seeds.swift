// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

/// The seeds that a property is tried with: some, or the one in HEADROOM_SEED, to see a failure again.
enum Seeds {
    static func some(_ count: Int, salt: UInt64 = 0) -> [UInt64] {
        if let text = getenv("HEADROOM_SEED"), let seed = UInt64(String(cString: text)) { return [seed] }
        return (0..<UInt64(count)).map { $0 &* 7919 &+ salt &+ 1 }
    }
}
