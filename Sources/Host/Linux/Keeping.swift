// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Owners
import Units

/// Has the devices of Docker's grown containers be there. dockerd keeps their old size in memory, and makes a device anew
/// at that size when a container starts, but takes one that is there already as it is: so each is made anew, as soon as
/// `docker stop` has removed it. One look after the other, on one thread. Blocks.
struct Keeping {
    let control: any DeviceAccess
    let books: DockerBooks
    var links: DeviceLinks
    /// Those that are not as they should be yet: they are looked at thoroughly each time.
    private var waiting: Set<VolumeIdentity> = []
    /// Of this look.
    private var now = MonotonicTime.zero
    /// Those that have a device without a table, and since when that is seen.
    private var unfinished: [VolumeIdentity: MonotonicTime] = [:]
    /// Those that are there and nobody has open, and since when that is seen.
    private var unused: [VolumeIdentity: MonotonicTime] = [:]
    /// The length at which each has been seen, or been missed.
    private var grown: [VolumeIdentity: Sectors] = [:]
    /// The pools whose dockerd was seen at work, and whether it was at the last look.
    private var served: [DeviceName: Bool] = [:]
    /// What failed is not tried again at once, since the failure itself may be what wakes.
    private var retries: [VolumeIdentity: Retry] = [:]

    private struct Retry {
        var at: MonotonicTime
        var pause: Duration
        var text: String
    }

    init(control: any DeviceAccess, books: DockerBooks, links: DeviceLinks) {
        self.control = control
        self.books = books
        self.links = links
    }

    struct Outcome {
        /// Given up by their owner, with nothing left of them.
        var released: [VolumeIdentity] = []
        /// What went wrong, by volume.
        var failures: [DeviceName: String] = [:]
        /// Some are to be looked at again soon, without an event.
        var isWaiting = false
    }

    /// `thorough`: the records of those whose device is as it should be are read, too.
    mutating func look(at volumes: [KeptVolume], thorough: Bool, now: MonotonicTime) -> Outcome {
        self.now = now
        var outcome = Outcome()
        let present: Set<DeviceName>
        do throws(DeviceMapperError) {
            present = Set(try control.list().map(\.name))
        } catch {
            for volume in volumes { outcome.failures[volume.identity.name] = "\(error)" }
            outcome.isWaiting = true
            return outcome
        }
        let thorough = noteWhoIsServed(volumes) || thorough
        // Those that are missing first: their next start may be under way. Without its pool none can be made.
        let missing = volumes.filter { !present.contains($0.identity.name) && present.contains($0.identity.poolName) }
        let others = volumes.filter { present.contains($0.identity.name) }
        let order = missing.map { ($0, thorough || served[$0.identity.poolName] != false) } + others.map { ($0, thorough) }
        for (volume, isThorough) in order {
            let identity = volume.identity
            if let retry = retries[identity], now < retry.at {
                outcome.failures[identity.name] = retry.text
                continue
            }
            do throws(StepFailure) {
                let left = try keep(volume, thorough: isThorough || waiting.contains(identity))
                if left == .letGo { outcome.released.append(identity) }
                if left == .wait { waiting.insert(identity) } else { waiting.remove(identity) }
                retries[identity] = nil
            } catch {
                waiting.insert(identity)
                let limits = LinuxLimits.keptPatience
                let pause = retries[identity].map { min($0.pause * 2, limits.upperBound) } ?? limits.lowerBound
                retries[identity] = Retry(at: LinuxClock.now().advanced(by: pause), pause: pause, text: error.text)
                outcome.failures[identity.name] = error.text
            }
        }
        let all = Set(volumes.map(\.identity))
        let dormant = all.subtracting((missing + others).map(\.identity))
        retries = retries.filter { all.contains($0.key) && !dormant.contains($0.key) }
        waiting.subtract(dormant)
        grown = grown.filter { all.contains($0.key) }
        unfinished = unfinished.filter { all.contains($0.key) }
        unused = unused.filter { all.contains($0.key) }
        waiting.formIntersection(all)
        outcome.isWaiting = !waiting.isEmpty
        return outcome
    }

    /// True when a dockerd has come or gone. One that was never seen may be hidden from this process, and counts as there.
    private mutating func noteWhoIsServed(_ volumes: [KeptVolume]) -> Bool {
        let former = served
        let byPool = Dictionary(volumes.map { ($0.identity.poolName, $0.identity.name) }, uniquingKeysWith: { first, _ in first })
        for (pool, volume) in byPool {
            switch books.isServed(volume) {
            case true?: served[pool] = true
            case false? where served[pool] != nil: served[pool] = false
            case false?, nil: break
            }
        }
        served = served.filter { byPool[$0.key] != nil }
        return served != former
    }

    /// What was left to do in the end: `.rest` when the volume is as it should be.
    private mutating func keep(_ volume: KeptVolume, thorough: Bool) throws(StepFailure) -> KeptSighting.Action {
        let steps = DeviceSteps(control: control)
        let identity = volume.identity
        // Each action changes what is seen, and the owner may act at the same moment.
        for _ in 0..<LinuxLimits.rereads {
            let seen = try sight(volume, thorough: thorough)
            let action = seen.action(for: volume)
            switch action {
            case .rest, .wait, .letGo: return action
            case .make: try make(volume)
            case .finish: try steps.finish(identity, length: volume.length)
            case .lengthen: try steps.lengthen(identity, to: volume.length)
            case .record: try RecordStep(books: books).record(identity, length: volume.length)
            case .remove: try steps.release(identity)
            }
        }
        return .wait
    }

    private mutating func make(_ volume: KeptVolume) throws(StepFailure) {
        let name = volume.identity.name
        var prepared: DeviceNumber?
        do throws(StepFailure) {
            try DeviceSteps(control: control).restore(volume.identity, length: volume.length) { [links] number in
                links.prepare(name, number)
                prepared = number
            }
        } catch {
            if let prepared { links.takeAway(name, prepared) }
            throw error
        }
        guard let number = try? control.table(of: name, .live)?.number else { return }
        let end = LinuxClock.now().advanced(by: LinuxLimits.linkWatchEnds)
        links.watch(name, number, until: end, isOurs: prepared == number)
        links.mend(at: LinuxClock.now())
    }

    private mutating func sight(_ volume: KeptVolume, thorough: Bool) throws(StepFailure) -> KeptSighting {
        let identity = volume.identity
        var sighting = KeptSighting(device: try device(identity))
        switch sighting.device {
        case .present(let length, _) where length < volume.length: break
        case .present, .absent: grown[identity] = volume.length
        case .unfinished, .other: break
        }
        sighting.hasGrown = grown[identity] == volume.length
        sighting.isUnserved = served[identity.poolName] == false
        if !thorough, sighting.action(for: volume) == .rest { return sighting }
        do throws(DockerBooksError) {
            if let record = try books.record(of: identity.name) {
                sighting.record = .found(deviceID: record.deviceID, size: record.size, isDeleted: record.isDeleted)
            } else {
                sighting.record = .gone
            }
        } catch {
            throw StepFailure(error)
        }
        if let container = volume.owner.container?.id {
            sighting.life = books.life(of: container, on: identity.name)
        }
        return sighting
    }

    private mutating func device(_ identity: VolumeIdentity) throws(StepFailure) -> KeptSighting.Device {
        let name = identity.name
        guard let reply = try attempt({ () throws(DeviceMapperError) in try control.table(of: name, .live) }) else {
            unfinished[identity] = nil
            unused[identity] = nil
            return .absent
        }
        guard reply.hasLiveTable, let line = reply.onlyTarget else {
            let since = unfinished[identity] ?? now
            unfinished[identity] = since
            let isAbandoned = reply.uuid == identity.uuid && now.since(since) >= LinuxLimits.making
            return .unfinished(isAbandoned: isAbandoned)
        }
        unfinished[identity] = nil
        guard reply.uuid == identity.uuid, let table = ThinTable(parsing: line), table.thinID == identity.thinID else {
            return .other
        }
        links.secure(name, reply.number, at: now)
        guard reply.openCount == 0 else {
            unused[identity] = nil
            return .present(length: table.length, use: .open)
        }
        let since = unused[identity] ?? now
        unused[identity] = since
        return .present(length: table.length, use: now.since(since) < LinuxLimits.unused ? .idle : .unused)
    }
}

extension StepFailure {
    init(_ error: DockerBooksError) {
        switch error {
        case .refused(let text): self = .refused(text)
        case .failed(let errno, let text): self = .failed(text, errno: errno)
        }
    }

    /// For people.
    var text: String {
        switch outcome {
        case .refused(let text), .failed(_, let text): text
        case .done: "done"
        case .stuck(let after): "it has not come back within \(after.text)"
        }
    }
}
