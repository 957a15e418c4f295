// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

/// Tells at once when an entry of a folder is removed or renamed (inotify(7)).
struct RemovalWatch: ~Copyable {
    /// Readable once something went. Negative, which poll(2) leaves alone, where the folder is not there or the kernel gives
    /// no more watches.
    let descriptor: Int32

    init(_ folder: String) {
        let descriptor = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        if descriptor >= 0, inotify_add_watch(descriptor, folder, UInt32(IN_DELETE | IN_MOVED_FROM)) < 0 {
            close(descriptor)
            self.descriptor = -1
        } else {
            self.descriptor = descriptor
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Takes in what there is to read. What went is not looked at: it is cheaper to see what is there.
    borrowing func drain() {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            while read(descriptor, buffer.baseAddress, buffer.count) > 0 {}
        }
    }
}
