// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import Filesystem
import Synchronization
import Units

/// Where the volumes are mounted.
struct MountsFound: Sendable {
    var devices: [DeviceNumber: MountedDevice] = [:]
    /// Mounted somewhere as the kernel says, whether a way there was found or not.
    var kinds: [DeviceNumber: FilesystemKind] = [:]
    var complaints: [Facts.Complaint] = []
}

/// Finds mounts over all mount namespaces, and remembers them: every process is asked only when something has changed.
final class MountFinder: Sendable {
    private struct Known {
        var found = MountsFound()
        /// Whose the device numbers were; a number is used again by the next volume.
        var keys: [DeviceNumber: VolumeKey] = [:]
        /// When every process is asked again for what no way led to.
        var nextSearch = MonotonicTime.zero
    }

    private let sysfs: Sysfs
    private let namespaces: MountNamespaces
    private let own: OwnMountTable
    private let inquiry: Inquiry<Int>
    private let known = Mutex(Known())
    private let now: @Sendable () -> MonotonicTime

    init(
        sysfs: Sysfs = Sysfs(), namespaces: MountNamespaces = MountNamespaces(), own: OwnMountTable = OwnMountTable(),
        now: @escaping @Sendable () -> MonotonicTime = { LinuxClock.now() }
    ) {
        self.now = now
        self.sysfs = sysfs
        self.namespaces = namespaces
        self.own = own
        inquiry = Inquiry(BlockingPool(name: "hr-mounts", limits: LinuxLimits.looking), deadline: LinuxLimits.mounts)
    }

    /// What is known of these, if each was found at a former look.
    func remembered(_ volumes: [VolumeReading]) -> MountsFound? {
        known.withLock { known in
            for volume in volumes {
                let number = volume.device.number
                guard known.keys[number] == volume.key, known.found.devices[number] != nil else { return nil }
            }
            return known.found
        }
    }

    /// Looks for these volumes, and for all that it knows if they are not `all` there are. `again`: what is remembered
    /// has just been found wrong.
    func look(for volumes: [VolumeReading], all: Bool, again: Bool = false) async -> MountsFound {
        let keys = Dictionary(volumes.map { ($0.device.number, $0.key) }, uniquingKeysWith: { first, _ in first })
        // Two looks at a time have no need of each other; the number only tells that none is stuck.
        let answer = await inquiry.ask(0) { [self] _ in
            Result { () throws(FilesystemError) in try find(keys, all: all, again: again) }
        }
        switch answer {
        case .value(.success(let found)): return found
        case .value(.failure(let error)):
            return remembered(complaint: Facts.Complaint(part: "mounts", kind: "failed", text: "\(error)"))
        case .stuck, .exhausted:
            let text = "the mounts could not be read within \(inquiry.deadline.text): see `dmesg` for what /proc waits for"
            return remembered(complaint: Facts.Complaint(part: "mounts", kind: "timeout", text: text))
        }
    }

    private func remembered(complaint: Facts.Complaint) -> MountsFound {
        var found = known.withLock { $0.found }
        found.complaints = [complaint]
        return found
    }

    private func find(_ asked: [DeviceNumber: VolumeKey], all: Bool, again: Bool) throws(FilesystemError) -> MountsFound {
        // Before the tables are read: what changes after that is seen at the next look.
        let tableChanged = own.hasChanged()
        let minors = try sysfs.mounted()
        let before = known.withLock { $0 }
        let keys = all ? asked : before.keys.merging(asked) { $1 }
        var kinds: [DeviceNumber: FilesystemKind] = [:]
        for number in keys.keys { kinds[number] = minors[number.minor] }
        let mountedKeys = keys.filter { kinds[$0.key] != nil }
        let began = now()
        // A process that enters another's namespace changes nothing that is seen from here.
        let isSearchDue = began >= before.nextSearch && kinds.keys.contains { before.found.devices[$0] == nil }
        if !again, !tableChanged, !isSearchDue, kinds == before.found.kinds,
            mountedKeys == before.keys.filter({ kinds[$0.key] != nil })
        {
            return before.found
        }
        let scan = namespaces.scan(for: Set(kinds.keys))
        let ended = now()
        let pause = max(LinuxLimits.searchPause, ended.since(began) * LinuxLimits.searchShare)
        let found = MountsFound(
            devices: scan.devices, kinds: kinds,
            complaints: scan.complaints.map { Facts.Complaint(part: "mounts", kind: "failed", text: $0) })
        known.withLock { $0 = Known(found: found, keys: keys, nextSearch: ended.advanced(by: pause)) }
        return found
    }
}
