// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CLinux
import Glibc

/// What a child may say, in memory, up to a bound: it outlives this process, so that a child that is left alone is not ended
/// by a pipe that nobody reads.
struct BoundedOutput: ~Copyable {
    let descriptor: Int32
    private let most: Int

    /// Where the kernel gives no such memory (before 3.17) all goes to /dev/null.
    init(most: Int) {
        self.most = most
        let memory = hr_fixed_memory("headroom-child", most)
        descriptor = memory >= 0 ? memory : open("/dev/null", O_WRONLY | O_CLOEXEC)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// What was written so far: both sides share one position in the file.
    func bytes() -> [UInt8] {
        let end = lseek(descriptor, 0, SEEK_CUR)
        guard end > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: min(Int(end), most))
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        return Array(bytes.prefix(max(count, 0)))
    }

    func text() -> String { String(decoding: bytes(), as: UTF8.self) }
}
