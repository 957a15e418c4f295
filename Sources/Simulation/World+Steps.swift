// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
public import Host
import Owners
public import Units

extension World {
    /// A step that has begun: when it ends, and how, unless the volume goes away in between.
    public struct Ticket: Sendable {
        public let step: Step
        public let began: MonotonicTime
        public let ends: MonotonicTime
        fileprivate let volume: Int?
        fileprivate let fate: Fate
    }

    fileprivate enum Fate: Sendable {
        case works
        case nothingToDo
        case refused(String)
        case failed(errno: Int32, String)
        /// Takes effect when whatever holds it up ends.
        case sticks
        /// Takes effect then, although the caller was told that it is stuck.
        case slow(done: MonotonicTime)
    }

    private enum Errno {
        static let noSuchDevice: Int32 = 6
        static let busy: Int32 = 16
        static let invalid: Int32 = 22
        static let readOnly: Int32 = 30
    }

    /// A look at the volume's identity takes so long.
    private static let checking = Duration.microseconds(100)

    /// Begins a step. Time has to be advanced to the ticket's end, and the ticket finished then.
    public mutating func begin(_ step: Step) -> Ticket {
        let identity = step.volume
        guard let place = present[identity.name], self.identity(of: place) == identity else {
            if !volumes.contains(where: { $0.name == identity.name && $0.thinID == identity.thinID }) {
                record(.unknownVolume, "\(step.name) on \(identity.name), thin id \(identity.thinID), which never was")
            }
            return ticket(step, nil, takes: World.checking, .refused("\(identity.name) is not what it was"))
        }
        if !busy.insert(place).inserted { record(.stepsOverlap, "\(step.name) on \(identity.name) while another step runs") }
        judge(step, on: place)
        switch step {
        case .recordLength(_, _, let length): return record(step, place, length)
        case .runHook(_, _, let length): return runHook(step, place, length)
        case .extend: return ticket(step, place, takes: timing.extend, .works)
        case .resizeInstance(_, _, let length): return resizeInstance(step, place, length)
        case .restore(_, let length):
            return ticket(
                step, place, takes: timing.load, volumes[place].length < length ? .refused("it is there") : .nothingToDo)
        case .release: return ticket(step, place, takes: World.checking, .refused("\(identity.name) is in use"))
        case .loadTable(_, let length): return load(step, place, length)
        case .resume(_, let length): return resume(step, place, length)
        case .clearTable: return ticket(step, place, takes: timing.load, .works)
        case .growFilesystem(_, let kind, let size): return grow(step, place, kind, size)
        }
    }

    private func ticket(_ step: Step, _ place: Int?, takes duration: Duration, _ fate: Fate) -> Ticket {
        Ticket(step: step, began: now, ends: now.advanced(by: duration), volume: place, fate: fate)
    }

    func identity(of place: Int) -> VolumeIdentity {
        let volume = volumes[place]
        return VolumeIdentity(
            name: volume.name, uuid: volume.uuid, poolName: pools[volume.pool].scenario.name, thinID: volume.thinID)
    }

    /// Whether anybody may ask for this at all.
    private mutating func judge(_ step: Step, on place: Int) {
        if case .clearTable = step { return }
        let volume = volumes[place]
        if volume.scenario.owner.isParent { record(.parentGrown, "\(step.name) on \(volume.name)") }
        switch (step, volume.scenario.owner) {
        case (.loadTable, .lvm), (.resume, .lvm): record(.ownerBypassed, "\(step.name) on \(volume.name), which is LVM's")
        case (.resizeInstance, .lxd), (.growFilesystem, _): break
        case (_, .lxd), (.resizeInstance, _):
            record(.ownerBypassed, "\(step.name) on \(volume.name), which is \(volume.scenario.owner.name)'s")
        default: break
        }
        if volume.filesystem == nil { record(.foreignGrown, "\(step.name) on \(volume.name), which has no filesystem") }
    }

    /// An owner's record is never written smaller than its volume is.
    private mutating func record(_ step: Step, _ place: Int, _ length: Sectors) -> Ticket {
        if length < volumes[place].length {
            record(.deviceShrunk, "\(volumes[place].name) has \(volumes[place].length.bytes), \(length.bytes) was to be recorded")
        }
        return ticket(step, place, takes: timing.record, .works)
    }

    private mutating func runHook(_ step: Step, _ place: Int, _ length: Sectors) -> Ticket {
        if length < volumes[place].length {
            record(.deviceShrunk, "\(volumes[place].name) has \(volumes[place].length.bytes), \(length.bytes) was told")
        }
        if volumes[place].scenario.owner != .plain {
            record(.ownerBypassed, "the hook for plain volumes was run for \(volumes[place].name)")
        }
        let fails = strikes(.hookFails, place)
        return ticket(step, place, takes: timing.hook, fails ? .failed(errno: 0, "simulated: the hook failed") : .works)
    }

    /// The owner makes device and filesystem larger together.
    private mutating func resizeInstance(_ step: Step, _ place: Int, _ length: Sectors) -> Ticket {
        let live = volumes[place].length
        if length < live {
            record(.deviceShrunk, "\(volumes[place].name) has \(live.bytes), \(length.bytes) was to be recorded")
            return ticket(step, place, takes: World.checking, .refused("\(volumes[place].name) has \(live.bytes) already"))
        }
        guard let filesystem = volumes[place].filesystem, filesystem.isMounted, !volumes[place].isSuspended else {
            return ticket(step, place, takes: World.checking, .refused("\(volumes[place].name) is not mounted, or suspended"))
        }
        if filesystem.isReadOnly {
            return ticket(step, place, takes: timing.resizeInstance, .failed(errno: Errno.readOnly, "read-only"))
        }
        let fails = strikes(.growFails, place, chance: chances.growFails)
        return ticket(
            step, place, takes: timing.resizeInstance, fails ? .failed(errno: 0, "simulated: the instance was busy") : .works)
    }

    private mutating func load(_ step: Step, _ place: Int, _ length: Sectors) -> Ticket {
        let live = volumes[place].length
        if volumes[place].isSuspended {
            return ticket(step, place, takes: World.checking, .refused("\(volumes[place].name) is suspended"))
        }
        guard length > live else {
            if length < live {
                record(.deviceShrunk, "\(volumes[place].name) has \(live.bytes), a table of \(length.bytes) was to be loaded")
            }
            return ticket(step, place, takes: World.checking, .refused("\(volumes[place].name) has \(live.bytes) already"))
        }
        let fails = strikes(.loadFails, place, chance: chances.loadFails)
        return ticket(step, place, takes: timing.load, fails ? .failed(errno: Errno.busy, "simulated: the load failed") : .works)
    }

    private mutating func resume(_ step: Step, _ place: Int, _ length: Sectors) -> Ticket {
        // It was resumed before, by a step whose end nobody saw.
        if volumes[place].inactiveLength == nil, volumes[place].length == length {
            return ticket(step, place, takes: World.checking, .nothingToDo)
        }
        guard volumes[place].inactiveLength == length else {
            let found = volumes[place].inactiveLength.map { "one of \($0.bytes)" } ?? "none"
            return ticket(
                step, place, takes: World.checking, .refused("an inactive table of \(length.bytes) is wanted, there is \(found)"))
        }
        var duration = timing.resume
        if volumes[place].isUnderLoad { duration = volumes[place].generator.duration(in: timing.resumeUnderLoad) }
        let fails = strikes(.resumeFails, place, chance: chances.resumeFails) || pools[volumes[place].pool].health == .failed
        return ticket(
            step, place, takes: duration, fails ? .failed(errno: Errno.invalid, "simulated: the resume failed") : .works)
    }

    private mutating func grow(_ step: Step, _ place: Int, _ kind: FilesystemKind, _ size: Bytes) -> Ticket {
        let name = volumes[place].name
        func refuse(_ reason: String) -> Ticket { ticket(step, place, takes: World.checking, .refused(reason)) }
        guard let filesystem = volumes[place].filesystem, filesystem.isMounted, filesystem.kind == kind else {
            return refuse("no \(kind.name) of \(name) is mounted")
        }
        if volumes[place].isSuspended { return refuse("\(name) is suspended") }
        if size > volumes[place].length.bytes {
            record(.filesystemLargerThanDevice, "\(name) was to be \(size) on a device of \(volumes[place].length.bytes)")
            return refuse("\(size) is more than the device of \(volumes[place].length.bytes)")
        }
        if size <= filesystem.geometry.size { return ticket(step, place, takes: World.checking, .nothingToDo) }
        if filesystem.isReadOnly {
            return ticket(step, place, takes: World.checking, .failed(errno: Errno.readOnly, "read-only"))
        }
        let added = Double(size.less(filesystem.geometry.size).count) / Double(Bytes.gibibytes(1).count)
        var duration = timing.grow + (kind == .xfs ? timing.growXFS : timing.growExt4) * added
        if volumes[place].isUnderLoad { duration += volumes[place].generator.duration(in: timing.growUnderLoad) }
        if size > filesystem.geometry.largestSize || strikes(.growFails, place, chance: chances.growFails) {
            return ticket(step, place, takes: duration, .failed(errno: Errno.invalid, "simulated: the filesystem did not grow"))
        }
        if strikes(.growStuck, place) || volumes[place].standsStill {
            return ticket(step, place, takes: timing.stepDeadline, .sticks)
        }
        guard duration <= timing.stepDeadline else {
            return ticket(step, place, takes: timing.stepDeadline, .slow(done: now.advanced(by: duration)))
        }
        return ticket(step, place, takes: duration, .works)
    }

    /// Ends a step and says how it went.
    public mutating func finish(_ ticket: Ticket) -> StepReport {
        if let place = ticket.volume { busy.remove(place) }
        let outcome = end(ticket)
        chronicle.add(PerformedStep(step: ticket.step, began: ticket.began, ended: now, outcome: outcome))
        var report = StepReport(outcome: outcome, duration: now.since(ticket.began))
        if case .resume = ticket.step, outcome == .done { report.suspended = report.duration }
        if let place = ticket.volume, volumes[place].isPresent {
            report.deviceLength = volumes[place].length
            if let filesystem = volumes[place].filesystem, filesystem.isMounted, !volumes[place].standsStill {
                report.filesystemSize = filesystem.geometry.size
            }
        }
        return report
    }

    private mutating func end(_ ticket: Ticket) -> StepReport.Outcome {
        if case .refused(let reason) = ticket.fate { return .refused(reason: reason) }
        guard let place = ticket.volume, volumes[place].isPresent else {
            return .failed(errno: Errno.noSuchDevice, text: "\(ticket.step.volume.name) is gone")
        }
        if case .failed(let errno, let text) = ticket.fate { return .failed(errno: errno, text: text) }
        if case .nothingToDo = ticket.fate { return .done }
        switch ticket.step {
        case .recordLength, .runHook, .restore, .release: break
        case .extend(_, _, let length):
            volumes[place].inactiveLength = length
            volumes[place].makeInactiveTableLive()
            hasChanged = true
        case .resizeInstance(_, _, let length):
            volumes[place].inactiveLength = length
            volumes[place].makeInactiveTableLive()
            hasChanged = true
            return endGrowth(ticket, of: place, to: volumes[place].length.bytes)
        case .loadTable(_, let length): volumes[place].inactiveLength = length
        case .clearTable: volumes[place].inactiveLength = nil
        case .resume:
            volumes[place].makeInactiveTableLive()
            hasChanged = true
        case .growFilesystem(_, _, let size): return endGrowth(ticket, of: place, to: size)
        }
        touch(place)
        return .done
    }

    private mutating func endGrowth(_ ticket: Ticket, of place: Int, to size: Bytes) -> StepReport.Outcome {
        if case .slow(let done) = ticket.fate {
            events.push(.growthArrives(place, to: size), at: done)
            return .stuck(after: now.since(ticket.began))
        }
        // What held it up may be over by now; what stands still now holds it up all the same.
        if volumes[place].standsStill || fault(.growStuck, on: place) != nil {
            volumes[place].lateGrowth = size
            return .stuck(after: now.since(ticket.began))
        }
        growFilesystem(of: place, to: size)
        return .done
    }
}
