// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import DeviceMapper
import Filesystem
import Glibc
import Owners
// Whole-module builds count timespec as this module's (Swift 6.3).
import SwiftOverlayShims
public import Units

/// The machine that this runs on: its kernel's device-mapper, its mounts in every namespace, its owners' records.
public final class LinuxHost: Host {
    public let kind = "linux"

    let control: any DeviceAccess
    let devices: DeviceReader
    let mounts = MountFinder()
    let usages = UsageReader()
    let contents = ContentReader()
    let owners = OwnerFinder()
    let names: OwnerNames
    let steps: Inquiry<DeviceName>
    let groups = VolumeGroups()
    let hooks = HookCalls()
    let instances: InstanceSteps
    let holders: Inquiry<DeviceNumber>
    let sysfs = Sysfs()
    let writerFinder = WriterFinder()
    let books = DockerBooks()
    let keeper: Keeper
    private let meter = WriteMeter()
    private let metering = BlockingPool(name: "hr-vmstat", limits: LinuxLimits.looking)

    /// Fails without root, and when the kernel has no device-mapper. `looksOnce`: a look waits for all that is to be known.
    public init(looksOnce: Bool = false) throws(HostError) {
        names = OwnerNames(waits: looksOnce)
        guard geteuid() == 0 else { throw .notRoot }
        do throws(DeviceMapperError) {
            control = try DeviceControl()
        } catch {
            throw .noDeviceMapper(error.said.isEmpty ? "\(error)" : error.said)
        }
        devices = DeviceReader(control: control)
        keeper = Keeper(control: control, books: books)
        steps = Inquiry(BlockingPool(name: "hr-steps", limits: LinuxLimits.stepping), deadline: LinuxLimits.table)
        instances = InstanceSteps(finder: owners.instances)
        holders = Inquiry(BlockingPool(name: "hr-holders", limits: LinuxLimits.looking), deadline: LinuxLimits.holders)
    }

    deinit { keeper.stop() }

    public func now() -> MonotonicTime { LinuxClock.now() }

    public func sleep(until deadline: MonotonicTime) async throws(CancellationError) {
        while true {
            let rest = deadline.since(now())
            if rest <= .zero { return }
            do {
                try await Task.sleep(for: rest, tolerance: .zero, clock: .suspending)
            } catch {
                throw CancellationError()
            }
        }
    }

    public func written() async -> Bytes? {
        let meter = meter
        return try? await metering.run(deadline: LinuxLimits.meter) { meter.read() }
    }

    public func keep(_ volumes: [KeptVolume]) async { keeper.keep(volumes) }

    /// Takes away devices that a process left behind which was killed before it could name them: their owners could not remove
    /// the volumes. For whoever alone may act on this host, before he does. What went wrong, for people; nil if nothing.
    public func removeUnnamedDevices() async -> String? {
        let control = control
        do {
            return try await metering.run(deadline: LinuxLimits.table) { () -> String? in
                // udev may look into what has just been made.
                for _ in 0..<20 {
                    do throws(DeviceMapperError) {
                        try control.removeUnnamed()
                        return nil
                    } catch {
                        guard error.isBusy else { return "\(error)" }
                        usleep(100_000)
                    }
                }
                return "it is held open: see `dmsetup ls | grep headroom-unnamed`, and remove it with `dmsetup remove`"
            }
        } catch {
            return "device-mapper does not answer"
        }
    }

    public func changes() -> AsyncStream<Void> {
        let instances = owners.instances
        let names = names
        return AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            instances.onNews { continuation.yield() }
            names.onNews { continuation.yield() }
            let kernel = ChangeWatch.stream(control: control)
            let forwarding = Task { for await _ in kernel { continuation.yield() } }
            continuation.onTermination = { _ in
                instances.onNews(nil)
                names.onNews(nil)
                forwarding.cancel()
            }
        }
    }
}

/// CLOCK_MONOTONIC, as Units counts it.
enum LinuxClock {
    static func now() -> MonotonicTime {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return MonotonicTime(nanoseconds: UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec))
    }
}
