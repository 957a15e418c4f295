// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// LVM: uuid `LVM-<VG's><LV's>[-<layer>]`, name `<vg>-<lv>[-<layer>]` with the dashes within doubled.
struct LVMRecogniser: Recogniser {
    func claims(_ volume: VolumeSighting) -> Bool { LVMRecogniser.isOwn(volume.uuid) }

    mutating func refresh(for volumes: [VolumeSighting], in files: any FileReading) -> [OwnerComplaint] { [] }

    func owner(of volume: VolumeSighting) -> Owner {
        .lvm(LogicalVolume(deviceName: volume.name) ?? LogicalVolume(volumeGroup: "", name: volume.name.description))
    }

    func keeper(of pool: PoolSighting, volumes: [VolumeSighting]) -> PoolOwner? {
        guard LVMRecogniser.isOwn(pool.uuid), let volume = LogicalVolume(deviceName: pool.name) else { return nil }
        return .lvm(volumeGroup: volume.volumeGroup, name: volume.name)
    }

    private static func isOwn(_ uuid: String) -> Bool { uuid.hasPrefix("LVM-") }
}

extension LogicalVolume {
    /// Splits a device's name as libdevmapper's dm_split_lvm_name does. Nil without a volume group and a volume in it.
    init?(deviceName: DeviceName) {
        var parts: [[UInt8]] = [[]]
        var rest = deviceName.bytes[...]
        let dash = UInt8(ascii: "-")
        while let byte = rest.popFirst() {
            if byte != dash {
                parts[parts.count - 1].append(byte)
            } else if rest.first == dash {
                rest.removeFirst()
                parts[parts.count - 1].append(dash)
            } else if parts.count < 3 {
                // What stands behind the second single dash is the layer (`tpool`), single dashes and all.
                parts.append([])
            } else {
                parts[2].append(dash)
            }
        }
        guard parts.count >= 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        self.init(volumeGroup: DeviceName(bytes: parts[0]).description, name: DeviceName(bytes: parts[1]).description)
    }

    /// LVM's own where a volume group is made without another: every volume's length is a whole number of them.
    public static let standardExtent = Bytes.mebibytes(4)

    /// The name of its device, without a layer: what stands between LVM's commands and device-mapper.
    public var deviceName: DeviceName {
        func doubled(_ text: String) -> [UInt8] {
            text.utf8.flatMap { $0 == UInt8(ascii: "-") ? [$0, $0] : [$0] }
        }
        return DeviceName(bytes: doubled(volumeGroup) + [UInt8(ascii: "-")] + doubled(name))
    }

    /// What LVM allows in names, and the device's name tells them: only then can LVM be told which volume is meant.
    public func isWhole(as device: DeviceName) -> Bool {
        func isName(_ text: String) -> Bool {
            !text.isEmpty && !text.hasPrefix("-")
                && text.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "_"), UInt8(ascii: "."),
                        UInt8(ascii: "-"):
                        true
                    default: false
                    }
                }
        }
        return isName(volumeGroup) && isName(name) && deviceName == device
    }
}
