// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// What is written on a device, by its first blocks (and its last, where md keeps its superblock).
public enum Signature: Hashable, Sendable {
    case filesystem(FilesystemKind)
    /// Something else that is known: `LUKS2`, `GPT partition table`, `LVM physical volume`, `swap`, `md RAID member`; or two
    /// things that contradict each other.
    case foreign(String)
    /// Not all zero, and like nothing known.
    case unknown
    /// All zero.
    case blank

    /// As `Content.foreign` and people call it.
    public var name: String {
        switch self {
        case .filesystem(let kind): kind.name
        case .foreign(let name): name
        case .unknown: "unknown data"
        case .blank: "nothing"
        }
    }

    public enum Limits {
        /// ZFS's is the deepest of those known, in the second half of its first label.
        public static let head = 256 << 10
        /// md's oldest superblock stands at most 128 KiB before the end.
        public static let tail = 128 << 10
    }

    /// Reads both ends of a device. Past the page cache, so it is what the disk holds. Blocks on a suspended device.
    public static func read(from device: borrowing BlockDevice) throws(FilesystemError) -> Signature {
        let alignment = Bytes(UInt64(BlockDevice.alignment))
        let head = try device.read(Limits.head, at: .zero)
        let tailStart = device.size.less(Bytes(UInt64(Limits.tail))).roundedDown(to: alignment)
        let tail = tailStart == .zero ? [] : try device.read(Limits.tail + BlockDevice.alignment, at: tailStart)
        return Signature(head: head, tail: tail, tailStart: tailStart, deviceSize: device.size)
    }

    /// `tail` is what stands from `tailStart` to the end of the device; both may be short or missing.
    public init(head: [UInt8], tail: [UInt8] = [], tailStart: Bytes = .zero, deviceSize: Bytes) {
        let image = DeviceImage(head: head, tail: tail, tailStart: tailStart, deviceSize: deviceSize)
        var found = Mark.all.compactMap { $0.look(image) }
        // Each partition table is told once, the finer way.
        if let table = PartitionTable.name(in: image) { found.append(.foreign(table)) }
        switch found.count {
        case 0: self = image.isBlank ? .blank : .unknown
        case 1: self = found[0]
        default: self = .foreign(found.map(\.name).joined(separator: " and "))
        }
    }
}

/// The two ends of a device, read at any offset without leaving them.
struct DeviceImage {
    let head: [UInt8]
    let tail: [UInt8]
    let tailStart: Bytes
    let deviceSize: Bytes

    var isBlank: Bool { head.allSatisfy { $0 == 0 } }

    private subscript(offset: UInt64) -> UInt8? {
        if offset < UInt64(head.count) { return head[Int(offset)] }
        guard offset >= tailStart.count, offset - tailStart.count < UInt64(tail.count) else { return nil }
        return tail[Int(offset - tailStart.count)]
    }

    func has(_ text: StaticString, at offset: UInt64) -> Bool {
        text.withUTF8Buffer { has(Array($0), at: offset) }
    }

    func has(_ bytes: [UInt8], at offset: UInt64) -> Bool {
        for (index, byte) in bytes.enumerated() where self[offset + UInt64(index)] != byte { return false }
        return true
    }

    func byte(at offset: UInt64) -> UInt8 { self[offset] ?? 0 }

    /// Little-endian; what was not read counts as zero.
    func number16(at offset: UInt64) -> UInt16 { UInt16(byte(at: offset)) | UInt16(byte(at: offset + 1)) << 8 }
    func number32(at offset: UInt64) -> UInt32 { UInt32(number16(at: offset)) | UInt32(number16(at: offset + 2)) << 16 }
    func number64(at offset: UInt64) -> UInt64 { UInt64(number32(at: offset)) | UInt64(number32(at: offset + 4)) << 32 }

    /// Big-endian, as XFS and LUKS write.
    func big32(at offset: UInt64) -> UInt32 { number32(at: offset).byteSwapped }
    func big64(at offset: UInt64) -> UInt64 { number64(at: offset).byteSwapped }
}
