// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Units

/// A large ext4 growth goes in slices: the ioctl's time rises with what it adds (1 s for 64 GiB), and the writer who needs
/// room should get some at once. XFS adds allocation groups in one go.
struct Slices: Sendable, Hashable {
    let kind: FilesystemKind

    static let first = Bytes.gibibytes(1)
    static let later = Bytes.gibibytes(16)
    /// What the device has beyond the filesystem is given before the device gets longer, if it is at least this much.
    static let worthwhile = Bytes.mebibytes(32)

    /// The end of the next slice on the way to `target`.
    func next(from size: Bytes, to target: Bytes) -> Bytes {
        guard kind == .ext4 else { return target }
        // After the first gibibyte, as much again as there is.
        let slice = min(max(Slices.first, size), Slices.later)
        let end = size + slice
        // No crumb at the end.
        return end + Bytes(slice.count / 4) >= target ? target : end
    }
}
