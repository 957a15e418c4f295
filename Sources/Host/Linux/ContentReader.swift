// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import DeviceMapper
import Filesystem
import Synchronization
import Units

/// Reads what is on the volumes' devices: geometry under a mount, signatures where there is none. Read again only when
/// something about the volume has changed.
final class ContentReader: Sendable {
    /// A volume whose blocks must be read, or may be.
    struct Subject: Hashable, Sendable {
        var number: DeviceNumber
        var key: VolumeKey
        var length: Sectors
        var state: State
        /// Reading would wait for somebody to resume or mend something.
        var isReadable: Bool

        enum State: Hashable, Sendable {
            case mounted(FilesystemKind, ways: [Path], size: Bytes)
            /// With what is mapped: the first write to an empty device changes it.
            case unmounted(ThinStatus, isOpen: Bool)
        }
    }

    fileprivate struct Known {
        /// The last reading of each, and of what it was.
        var last: [DeviceNumber: (subject: Subject, found: Found)] = [:]
        /// What each was when it was last looked at.
        var sights: [VolumeKey: Sight] = [:]
        /// The first look's volumes are no newcomers: they may have been there for ever.
        var hasLooked = false
    }

    fileprivate struct Sight {
        var number: DeviceNumber
        var isMounted: Bool
        /// Nil for what was so at the first look.
        var since: MonotonicTime?
    }

    private let inquiry: Inquiry<DeviceNumber>
    private let look: @Sendable (Subject) throws(FilesystemError) -> Found
    private let known = Mutex(Known())

    /// `look` blocks until the device answers.
    init(
        deadline: Duration = LinuxLimits.content,
        look: @escaping @Sendable (Subject) throws(FilesystemError) -> Found = { subject throws(FilesystemError) in
            try ContentReader.read(subject)
        }
    ) {
        inquiry = Inquiry(BlockingPool(name: "hr-contents", limits: LinuxLimits.reading), deadline: deadline)
        self.look = look
    }

    enum Found: Hashable, Sendable {
        case geometry(FilesystemGeometry?)
        case content(Content)
    }

    /// What each holds, from memory or from the device. One that has only just appeared, or been unmounted, is let alone: its
    /// owner may be about to remove it, and finds it busy while it is being read.
    func read(
        _ subjects: [Subject], at now: MonotonicTime
    ) async -> (found: [DeviceNumber: Found], complaints: [Facts.Complaint]) {
        var found: [DeviceNumber: Found] = [:]
        var open: [DeviceNumber: Subject] = [:]
        known.withLock { known in
            for subject in subjects {
                let isSettled = known.isSettled(subject, at: now)
                if let content = known.remembered(subject) {
                    found[subject.number] = content
                } else if !isSettled {
                    found[subject.number] = subject.unread("it has only just appeared or been unmounted")
                } else if subject.isReadable {
                    open[subject.number] = subject
                }
            }
        }
        if open.isEmpty { return (found, []) }
        var complaints: [Facts.Complaint] = []
        let numbers = open.keys.sorted()
        let look = look
        let answers = await inquiry.ask(numbers) { [open] number in
            open[number].map { subject in Result { () throws(FilesystemError) in try look(subject) } }
        }
        for (number, answer) in zip(numbers, answers) {
            guard let subject = open[number] else { continue }
            switch answer {
            case .value(.success(let content)?):
                found[number] = content
                known.withLock { $0.last[number] = (subject, content) }
            case .value(.failure(let error)?):
                if error.isGone { break }
                found[number] = subject.unread("\(error)")
                complaints.append(Facts.Complaint(part: "superblock", kind: "failed", text: "\(error)"))
            case .value(nil), .stuck, .exhausted:
                let silence = "no answer within \(inquiry.deadline.text)"
                found[number] = subject.unread(silence)
                complaints.append(
                    Facts.Complaint(
                        part: "superblock", kind: "timeout",
                        text: "\(subject.key.name) could not be read: \(silence); see `dmesg` and `dmsetup info`"))
            }
        }
        return (found, complaints)
    }

    /// These are all the volumes that there are: forgets the others.
    func keep(_ keys: Set<VolumeKey>) {
        known.withLock { known in
            known.last = known.last.filter { keys.contains($0.value.subject.key) }
            known.sights = known.sights.filter { keys.contains($0.key) }
            known.hasLooked = true
        }
    }

    func forget(_ name: DeviceName) {
        known.withLock { known in known.last = known.last.filter { $0.value.subject.key.name != name } }
    }

    /// Blocks until the device answers.
    private static func read(_ subject: Subject) throws(FilesystemError) -> Found {
        let node = Path("/dev/dm-\(subject.number.minor)")
        switch subject.state {
        case .mounted(.xfs, let ways, _):
            // Its superblock on the device is behind what the kernel has.
            var last = FilesystemError("find", "device \(subject.number)", .unreadable("no process has it mounted"))
            for way in ways {
                do throws(FilesystemError) {
                    return .geometry(try OpenFilesystem(at: way, on: subject.number).geometry(of: .xfs, node: node))
                } catch { last = error }
            }
            throw last
        case .mounted(.ext4, _, _):
            return .geometry(try FilesystemGeometry.read(.ext4, from: BlockDevice(at: node, number: subject.number)))
        case .mounted(.other, _, _): return .geometry(nil)
        case .unmounted:
            let device = try BlockDevice(at: node, number: subject.number)
            switch try Signature.read(from: device) {
            case .filesystem(let kind):
                return .content(.unmounted(kind: kind, geometry: try? FilesystemGeometry.read(kind, from: device)))
            case .foreign(let signature): return .content(.foreign(signature: signature))
            case .unknown: return .content(.foreign(signature: "unknown"))
            case .blank: return .content(.blank)
            }
        }
    }
}

extension ContentReader.Known {
    fileprivate func remembered(_ subject: ContentReader.Subject) -> ContentReader.Found? {
        guard let (before, found) = last[subject.number], before.key == subject.key, before.length == subject.length else {
            return nil
        }
        if before == subject { return found }
        // A virtual machine writes all the time, and what it has on its disk stays what it is.
        if case .unmounted(_, isOpen: true) = before.state, case .unmounted(_, isOpen: true) = subject.state,
            found != .content(.blank)
        {
            return found
        }
        return nil
    }

    /// Notes what it is now. Every look does so, also at what needs no reading.
    fileprivate mutating func isSettled(_ subject: ContentReader.Subject, at now: MonotonicTime) -> Bool {
        let isMounted = if case .mounted = subject.state { true } else { false }
        if let sight = sights[subject.key], sight.number == subject.number, sight.isMounted == isMounted {
            return isMounted || sight.since.map { now.since($0) >= LinuxLimits.settling } ?? true
        }
        sights[subject.key] = .init(number: subject.number, isMounted: isMounted, since: hasLooked ? now : nil)
        return isMounted || !hasLooked
    }
}

extension ContentReader.Subject {
    fileprivate func unread(_ reason: String) -> ContentReader.Found {
        switch state {
        case .mounted: .geometry(nil)
        case .unmounted: .content(.unread(reason: reason))
        }
    }
}
