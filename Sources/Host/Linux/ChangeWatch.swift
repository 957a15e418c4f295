// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import DeviceMapper
import Filesystem
import Glibc
import Units

/// Waits for what the kernel tells of changes, on a thread of its own, until the stream's reader is gone.
struct ChangeWatch: Sendable {
    private let control: any DeviceAccess
    private let yield: @Sendable () -> Void
    private let stop: StopSignal

    static func stream(control: any DeviceAccess) -> AsyncStream<Void> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            guard let stop = StopSignal() else { return continuation.finish() }
            continuation.onTermination = { _ in stop.send() }
            let watch = ChangeWatch(control: control, yield: { continuation.yield() }, stop: stop)
            if !DetachedThread.start(name: "hr-changes", { watch.run() }) { continuation.finish() }
        }
    }

    /// What changes from one wake to the next.
    private struct Seen {
        var names: [DeviceEntry] = []
        var mounted: [UInt32: FilesystemKind] = [:]
        /// While this lies ahead, a device is new and may get a mount that no event tells of.
        var mountsExpectedUntil = MonotonicTime.zero
    }

    private func run() {
        // Without events (before kernel 4.13, or no access to the control device) the list is compared instead.
        guard let events = try? DeviceMapperEvents(), (try? events.arm()) != nil else { return compareLists() }
        let mountTable = OwnMountTable()
        var seen = Seen(names: (try? control.list()) ?? [], mounted: mounted())
        while true {
            let isExpecting = LinuxClock.now() < seen.mountsExpectedUntil
            let woken = wait(
                [
                    (events.descriptor, POLLIN), (mountTable.descriptor, POLLPRI), (stop.descriptor, POLLIN),
                ], timeout: isExpecting ? LinuxLimits.mountWatch : nil)
            if woken[2] { return }
            if woken[0] {
                // Armed before the list is read: what comes later wakes again.
                guard (try? events.arm()) != nil else { return compareLists() }
                noteNewDevices(&seen)
            }
            let now = isExpecting || woken[1] ? mounted() : seen.mounted
            let mountsChanged = now != seen.mounted
            seen.mounted = now
            if woken[0] || woken[1] || mountsChanged { yield() }
        }
    }

    private func noteNewDevices(_ seen: inout Seen) {
        guard let list = try? control.list() else { return }
        // By name and number: a device that was removed and made again within one wake has kept its name.
        let before = Set(seen.names.map(\.identity))
        if list.contains(where: { !before.contains($0.identity) }) || list.count != seen.names.count {
            seen.mountsExpectedUntil = LinuxClock.now().advanced(by: LinuxLimits.mountWatchEnds)
        }
        seen.names = list
    }

    private func compareLists() {
        let mountTable = OwnMountTable()
        var before = (list: (try? control.list()) ?? [], mounted: mounted())
        while true {
            let woken = wait([(mountTable.descriptor, POLLPRI), (stop.descriptor, POLLIN)], timeout: LinuxLimits.listWatch)
            if woken[1] { return }
            let now = (list: (try? control.list()) ?? before.list, mounted: mounted())
            if woken[0] || now != before { yield() }
            before = now
        }
    }

    private func mounted() -> [UInt32: FilesystemKind] { (try? Sysfs().mounted()) ?? [:] }

    /// Which of the descriptors has something to tell; none after the time-out.
    private func wait(_ watched: [(descriptor: Int32, events: Int32)], timeout: Duration?) -> [Bool] {
        var polls = watched.map { pollfd(fd: $0.descriptor, events: Int16($0.events), revents: 0) }
        let milliseconds = timeout.map { Int32(clamping: $0.nanosecondsClamped / 1_000_000) } ?? -1
        if poll(&polls, nfds_t(polls.count), milliseconds) < 0 { return watched.map { _ in false } }
        return polls.map { $0.revents != 0 }
    }
}

extension DeviceEntry {
    fileprivate var identity: [UInt8] { name.bytes + Array(" \(number)".utf8) }
}

/// Wakes a thread that waits in poll(2), once and for good.
final class StopSignal: Sendable {
    /// Readable once `send()` was called.
    let descriptor: Int32
    private let writing: Int32

    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        descriptor = ends[0]
        writing = ends[1]
    }

    deinit {
        close(descriptor)
        close(writing)
    }

    func send() {
        var byte: UInt8 = 1
        _ = write(writing, &byte, 1)
    }
}
