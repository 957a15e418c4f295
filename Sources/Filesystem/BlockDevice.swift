// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CLinux
import Glibc
public import Units

/// A device, or an image in a file, open for reading past the page cache. Closed once, when it goes. Reading a suspended
/// device blocks until it is resumed.
public struct BlockDevice: ~Copyable {
    /// What every disk's sector size divides.
    static let alignment = 4096

    private let descriptor: Descriptor
    let path: Path
    public let size: Bytes

    /// Opens the node and, if `number` is given, makes sure that it leads there: a name or number may be used again.
    public init(at path: Path, number: DeviceNumber? = nil) throws(FilesystemError) {
        let descriptor = try BlockDevice.open(path)
        var status = stat()
        guard fstat(descriptor.number, &status) == 0 else { throw .last("stat", path) }
        let found = DeviceNumber(statusField: UInt64(status.st_rdev))
        if let number, status.st_mode & S_IFMT != S_IFBLK || found != number {
            throw FilesystemError("open", path.description, .otherDevice(expected: number, found: found))
        }
        let end = lseek(descriptor.number, 0, SEEK_END)
        guard end >= 0 else { throw .last("find the size of", path) }
        self.init(descriptor: descriptor, path: path, size: Bytes(UInt64(end)))
    }

    private init(descriptor: consuming Descriptor, path: Path, size: Bytes) {
        self.descriptor = descriptor
        self.path = path
        self.size = size
    }

    private static func open(_ path: Path) throws(FilesystemError) -> Descriptor {
        do throws(FilesystemError) {
            return try Descriptor(opening: path, O_RDONLY | hr_open_direct_flag())
        } catch {
            // EINVAL: a file on a filesystem without O_DIRECT, such as a tmpfs.
            guard error.errno == EINVAL else { throw error }
            return try Descriptor(opening: path, O_RDONLY)
        }
    }

    /// Up to `count` bytes from `offset` on; fewer at the end of the device. Both are multiples of `alignment`.
    func read(_ count: Int, at offset: Bytes) throws(FilesystemError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: BlockDevice.alignment)
        defer { buffer.deallocate() }
        var filled = 0
        while filled < count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let got = pread(descriptor.number, rest.baseAddress, rest.count, off_t(clamping: offset.count) + off_t(filled))
            if got < 0 && errno == EINTR { continue }
            if got < 0 { throw .last("read", path) }
            filled += got
            // The end; an unaligned rest cannot be read on with O_DIRECT, and only the end leaves one.
            if got == 0 || filled % BlockDevice.alignment != 0 { break }
        }
        return Array(buffer[..<filled])
    }

    /// The way to this very device, for a library that opens by path, whatever has become of the node's name since.
    var descriptorPath: Path { Path("/proc/self/fd/\(descriptor.number)") }
}
