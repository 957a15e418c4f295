// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import DeviceMapper
import Filesystem
import Owners
import Units

extension LinuxHost {
    public func observe(_ scope: Facts.Scope) async throws(HostError) -> Facts {
        let began = now()
        let wallTime = WallTime.now()
        let found: DevicesFound
        var mounted: MountsFound
        switch scope {
        case .everything:
            found = try await devices.everything()
            mounted = await mounts.look(for: found.volumes, all: true)
        case .volumes(let names):
            found = await devices.volumes(names)
            if let remembered = mounts.remembered(found.volumes) {
                mounted = remembered
            } else {
                mounted = await mounts.look(for: found.volumes, all: false)
            }
        }
        let usages = await usages(of: found.volumes, all: scope == .everything, mounted: &mounted)
        let pools = Dictionary(found.pools.map { ($0.device.number, $0) }, uniquingKeysWith: { first, _ in first })
        let subjects = found.volumes.compactMap { subject(of: $0, pool: pools[$0.table.pool], mounted: mounted, usages: usages) }
        let (contents, contentComplaints) = await contents.read(subjects, at: began)
        let holders = await holders(of: found.volumes, mounted: mounted)
        let writers = await writers(of: found.volumes, mounted: mounted, holders: holders, all: scope == .everything)
        let owners = await owners.find(found, mounted: mounted, all: scope == .everything)
        let named = await names.find(for: found.volumes, of: owners)
        if scope == .everything { self.contents.keep(Set(found.volumes.map(\.key))) }

        var facts = Facts(
            scope: scope, takenAt: began, wallTime: wallTime, duration: .zero,
            pools: found.pools.map { pool in
                PoolFact(
                    device: pool.device, table: pool.table, status: pool.status, owner: owners.pools[pool.device.name] ?? .plain)
            },
            volumes: found.volumes.map { volume in
                let number = volume.device.number
                let owner = named.owners[volume.key] ?? owners.volumes[volume.key]
                let content = content(
                    of: volume, pool: pools[volume.table.pool], mounted: mounted, usage: usages[number], found: contents[number])
                return VolumeFact(
                    device: volume.device, table: volume.table, status: volume.status, owner: owner ?? .plain,
                    // Whose it is decides whether it may be grown at all.
                    content: owner == nil ? .unread(reason: "its owner's records did not answer in time") : content,
                    holders: holders[number] ?? [], writers: writers.found[volume.key] ?? [],
                    mountPoints: mounted.devices[number]?.mountPoints.map(\.description) ?? [], tags: named.tags[volume.key],
                    awaitsLabels: named.awaited.contains(volume.key))
            },
            complaints: found.complaints + mounted.complaints + owners.complaints + contentComplaints)
        facts.complaints += names.complaints() + complaints(about: usages, mounted: mounted) + writers.complaints
        facts.usageTimes = usages.values.compactMap { self.usages.time($0) }
        let news = keeper.news()
        facts.released = news.released
        facts.complaints += news.complaints
        facts.duration = now().since(began)
        return facts
    }

    /// Asks the mounted ones. Where no way leads to one any more, the mounts are looked for again, once.
    private func usages(
        of volumes: [VolumeReading], all: Bool, mounted: inout MountsFound
    ) async -> [DeviceNumber: UsageFound] {
        var answers = await usages.read(volumes.compactMap { mounted.devices[$0.device.number] })
        let lost = volumes.filter { if case .gone? = answers[$0.device.number] { true } else { false } }
        if lost.isEmpty { return answers }
        mounted = await mounts.look(for: volumes, all: all, again: true)
        for volume in lost { answers[volume.device.number] = nil }
        let again = await usages.read(lost.compactMap { mounted.devices[$0.device.number] })
        return answers.merging(again) { $1 }
    }

    /// What has to be known of the volume's blocks.
    private func subject(
        of volume: VolumeReading, pool: PoolReading?, mounted: MountsFound, usages: [DeviceNumber: UsageFound]
    ) -> ContentReader.Subject? {
        let number = volume.device.number
        let isReadable = !volume.device.isSuspended && pool?.answersReads == true
        let state: ContentReader.Subject.State
        if let mount = mounted.devices[number] {
            guard case .usage(let reading, _)? = usages[number] else { return nil }
            state = .mounted(mount.kind, ways: mount.ways, size: reading.usage.size)
        } else if mounted.kinds[number] != nil {
            return nil
        } else {
            state = .unmounted(volume.status, isOpen: volume.device.openCount > 0)
        }
        return ContentReader.Subject(
            number: number, key: volume.key, length: volume.table.length, state: state, isReadable: isReadable)
    }

    private func content(
        of volume: VolumeReading, pool: PoolReading?, mounted: MountsFound, usage: UsageFound?, found: ContentReader.Found?
    ) -> Content {
        let number = volume.device.number
        if let mount = mounted.devices[number] {
            var filesystem = MountedFilesystem(
                kind: mount.kind, mountPoint: "\(mount.mountPoint)", isReadOnly: mount.isReadOnly, reading: .stuck, geometry: nil)
            if case .geometry(let geometry)? = found { filesystem.geometry = geometry }
            switch usage {
            case .usage(let answer, _):
                filesystem.reading = .usage(answer.usage)
                filesystem.isReadOnly = answer.isReadOnly
            case .failed(let error), .gone(let error): filesystem.reading = .failed(errno: error.errno, text: "\(error)")
            case .stuck, nil: break
            }
            return .mounted(filesystem)
        }
        if let kind = mounted.kinds[number] {
            return .mounted(MountedFilesystem(kind: kind, mountPoint: "", reading: .hidden, geometry: nil))
        }
        if case .content(let content)? = found { return content }
        if volume.device.isSuspended { return .unread(reason: "the volume is suspended") }
        guard let pool else { return .unread(reason: "its pool is not there") }
        if pool.device.isSuspended { return .unread(reason: "pool \(pool.device.name) is suspended") }
        if !pool.answersReads { return .unread(reason: "pool \(pool.device.name) does not work") }
        return .unread(reason: "it went while it was being read")
    }

    /// Only what is open by more than its mount can have something on top of it.
    private func holders(of volumes: [VolumeReading], mounted: MountsFound) async -> [DeviceNumber: [String]] {
        let open = volumes.filter { $0.device.openCount > (mounted.kinds[$0.device.number] == nil ? 0 : 1) }.map(\.device.number)
        let sysfs = sysfs
        let answers = await holders.ask(open) { number in (try? sysfs.holders(ofMinor: number.minor)) ?? [] }
        var found: [DeviceNumber: [String]] = [:]
        for (number, answer) in zip(open, answers) { found[number] = answer.value }
        return found
    }

    /// Only what is open by more than its mount and what stands on it can be written to by somebody.
    private func writers(
        of volumes: [VolumeReading], mounted: MountsFound, holders: [DeviceNumber: [String]], all: Bool
    ) async -> WritersFound {
        let open = volumes.filter { volume in
            let number = volume.device.number
            return mounted.kinds[number] != nil && volume.device.openCount > 1 + (holders[number]?.count ?? 0)
        }
        return await writerFinder.find(open, all: all)
    }

    private func complaints(about usages: [DeviceNumber: UsageFound], mounted: MountsFound) -> [Facts.Complaint] {
        usages.sorted { $0.key < $1.key }.compactMap { number, usage in
            let place = mounted.devices[number].map { "\($0.mountPoint)" } ?? "device \(number)"
            switch usage {
            case .usage: return nil
            case .failed(let error), .gone(let error): return Facts.Complaint(part: "statfs", kind: "failed", text: "\(error)")
            case .stuck:
                let text = "the filesystem at \(place) has not answered within \(self.usages.deadline.text)"
                return Facts.Complaint(part: "statfs", kind: "timeout", text: text + ": see `dmesg` and `dmsetup info`")
            }
        }
    }
}
