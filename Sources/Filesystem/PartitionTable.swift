// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

/// A table of partitions at the start of a device: GPT, or the older one of the boot sector (MBR).
enum PartitionTable {
    /// What kind of table is there, nil for none.
    static func name(in image: DeviceImage) -> String? {
        // The header stands in the second sector, of 512 or 4,096 bytes.
        if image.has("EFI PART", at: 512) || image.has("EFI PART", at: 4096) { return "GPT partition table" }
        guard image.has([0x55, 0xaa], at: 510), !isBootSectorOfFilesystem(image) else { return nil }
        let entries = (0..<4).map { Entry(image, at: 446 + 16 * $0) }
        guard entries.allSatisfy(\.isSane), entries.contains(where: { $0.isUsed(on: image.deviceSize) }) else { return nil }
        // The entry that guards a GPT whose header is damaged.
        return entries.contains { $0.type == 0xee } ? "GPT partition table" : "MBR partition table"
    }

    /// FAT, exFAT, NTFS and BitLocker end their first sector with the same two bytes, behind code at 446.
    private static func isBootSectorOfFilesystem(_ image: DeviceImage) -> Bool {
        let oem: [StaticString] = ["NTFS    ", "EXFAT   ", "-FVE-FS-"]
        return oem.contains { image.has($0, at: 3) } || image.has("FAT12   ", at: 54) || image.has("FAT16   ", at: 54)
            || image.has("FAT32   ", at: 82)
    }

    private struct Entry {
        let bootFlag: UInt8
        let type: UInt8
        let start: UInt32
        let sectors: UInt32

        init(_ image: DeviceImage, at offset: UInt64) {
            bootFlag = image.byte(at: offset)
            type = image.byte(at: offset + 4)
            start = image.number32(at: offset + 8)
            sectors = image.number32(at: offset + 12)
        }

        /// Boot code at this place rarely looks so four times over.
        var isSane: Bool { bootFlag == 0 || bootFlag == 0x80 }

        /// It begins on the device. How far it reaches is not asked: a table is one even when the device was cut short.
        func isUsed(on size: Bytes) -> Bool {
            type != 0 && start != 0 && sectors != 0 && Sectors(UInt64(start)).bytes < size
        }
    }
}
