// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import DeviceMapper
import Glibc
import Owners
import Synchronization
import Units

/// Keeps volumes in being, on a thread of its own that the kernel's events wake.
final class Keeper: Sendable {
    private struct State {
        var volumes: [KeptVolume] = []
        /// The list is another since it was last taken.
        var isNew = false
        var isRunning = false
        var isStopped = false
        var released: [VolumeIdentity] = []
        var failures: [DeviceName: String] = [:]
    }

    private let control: any DeviceAccess
    private let books: DockerBooks
    private let linkFolder: String
    private let state = Mutex(State())
    private let bell: Bell?

    init(control: any DeviceAccess, books: DockerBooks, linkFolder: String = "/dev/mapper/") {
        self.control = control
        self.books = books
        self.linkFolder = linkFolder
        bell = Bell()
    }

    /// Takes the place of the former list. Only those are kept here whose owner has its own record of them.
    func keep(_ volumes: [KeptVolume]) {
        let kept = volumes.filter { if case .byRecord = $0.owner.lasting { true } else { false } }
        let begins = state.withLock { state in
            state.volumes = kept
            state.isNew = true
            let begins = !state.isRunning && !kept.isEmpty
            if begins { state.isRunning = true }
            return begins
        }
        bell?.ring()
        if begins, !DetachedThread.start(name: "hr-keeper", { self.run() }) {
            state.withLock { state in
                state.isRunning = false
                for volume in kept { state.failures[volume.identity.name] = "the kernel gave no thread to keep it" }
            }
        }
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        bell?.ring()
    }

    /// What has come of it since this was asked last.
    func news() -> (released: [VolumeIdentity], complaints: [Facts.Complaint]) {
        state.withLock { state in
            defer { state.released = [] }
            let complaints = state.failures.sorted { $0.key < $1.key }.map { name, text in
                Facts.Complaint(part: "docker", kind: "failed", text: "\(name) cannot be kept at its grown size: \(text)")
            }
            return (state.released, complaints)
        }
    }

    private func run() {
        // It runs seldom and for a moment, and then it is in a race with an owner's next start. Without the right it goes on.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, LinuxLimits.keeperNice)
        let links = DeviceLinks(control: control, folder: linkFolder)
        var rounds = Rounds(keeping: Keeping(control: control, books: books, links: links))
        // On a loaded machine udev takes away a former device's link seconds after the device has come back.
        let removals = RemovalWatch(linkFolder)
        // Where the kernel tells no events (before 4.13), the list is looked at as often as it may be.
        guard let events = try? DeviceMapperEvents(), (try? events.arm()) != nil else {
            while let pause = next(&rounds, wasWoken: true) { wait(for: min(pause, LinuxLimits.keptPatience.lowerBound)) }
            return
        }
        var wasWoken = true
        while let pause = next(&rounds, wasWoken: wasWoken) {
            let woken = wait(for: pause, or: [events.descriptor, removals.descriptor])
            // Armed before the list is read: what comes later wakes again.
            if woken[0] { try? events.arm() }
            if woken[1] { removals.drain() }
            wasWoken = woken.contains(true)
        }
    }

    /// One look, if it is time for one. How long to wait then; nil at the end.
    private func next(_ rounds: inout Rounds, wasWoken: Bool) -> Duration? {
        let (volumes, isNew, isStopped) = state.withLock { state in
            defer { state.isNew = false }
            return (state.volumes, state.isNew, state.isStopped)
        }
        if isStopped { return nil }
        let now = LinuxClock.now()
        if let outcome = rounds.look(at: volumes, wasWoken: wasWoken, isNew: isNew, now: now) {
            state.withLock { state in
                state.released += outcome.released.filter { !state.released.contains($0) }
                state.volumes.removeAll { outcome.released.contains($0.identity) }
                state.failures = outcome.failures
            }
        }
        return rounds.pause(after: now)
    }

    /// Blocks for so long, or until the bell or one of the descriptors tells something. Says which of them did.
    @discardableResult private func wait(for pause: Duration, or descriptors: [Int32] = []) -> [Bool] {
        var polls = ([bell?.descriptor ?? -1] + descriptors).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        // Rounded up: a time that has not come yet would make it spin.
        let milliseconds = Int32(clamping: (pause.nanosecondsClamped + 999_999) / 1_000_000)
        guard poll(&polls, nfds_t(polls.count), milliseconds) > 0 else { return descriptors.map { _ in false } }
        if polls[0].revents != 0 { bell?.hush() }
        return polls.dropFirst().map { $0.revents != 0 }
    }
}

/// When the keeper looks at what.
private struct Rounds {
    private var keeping: Keeping
    private var patience = LinuxLimits.keptPatience.lowerBound
    private var nextLook = MonotonicTime.zero
    private var nextSweep = MonotonicTime.zero

    init(keeping: Keeping) { self.keeping = keeping }

    /// Nil when it is not yet time for a look.
    mutating func look(at volumes: [KeptVolume], wasWoken: Bool, isNew: Bool, now: MonotonicTime) -> Keeping.Outcome? {
        defer { keeping.links.mend(at: LinuxClock.now()) }
        guard wasWoken || isNew || now >= nextLook else { return nil }
        let isThorough = isNew || now >= nextSweep
        let outcome = keeping.look(at: volumes, thorough: isThorough, now: now)
        let limits = LinuxLimits.keptPatience
        patience = wasWoken || isNew ? limits.lowerBound : min(patience * 2, limits.upperBound)
        if isThorough { nextSweep = now.advanced(by: LinuxLimits.keptSweep) }
        nextLook = min(now.advanced(by: outcome.isWaiting ? patience : LinuxLimits.keptGlance), nextSweep)
        return outcome
    }

    func pause(after now: MonotonicTime) -> Duration {
        keeping.links.isEmpty ? nextLook.since(now) : min(LinuxLimits.linkWatch, nextLook.since(now))
    }
}

/// Wakes a thread that waits in poll(2), as often as it is rung.
private final class Bell: Sendable {
    let descriptor: Int32
    private let writing: Int32

    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        descriptor = ends[0]
        writing = ends[1]
    }

    deinit {
        close(descriptor)
        close(writing)
    }

    func ring() {
        var byte: UInt8 = 1
        _ = write(writing, &byte, 1)
    }

    func hush() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(descriptor, &bytes, bytes.count) > 0 {}
    }
}
