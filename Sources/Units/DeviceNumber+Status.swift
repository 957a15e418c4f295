// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

extension DeviceNumber {
    /// Takes apart a `dev_t`, as stat(2) answers it: 12 + 20 bits of major and 8 + 24 of minor, interleaved (glibc's
    /// gnu_dev_major and gnu_dev_minor).
    public init(statusField dev: UInt64) {
        self.init(
            major: UInt32(truncatingIfNeeded: (dev >> 8) & 0xfff | (dev >> 32) & 0xffff_f000),
            minor: UInt32(truncatingIfNeeded: dev & 0xff | (dev >> 12) & 0xffff_ff00))
    }
}
