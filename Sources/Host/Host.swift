// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// The one seam to the machine: facts come out in one message, one verified step goes in. Everything that crosses is a
/// plain value, so that the other side may be a simulation or another process.
public protocol Host: Sendable {
    /// What kind of host this is, for logs and `headroom_host_info`: `linux` or `simulated`.
    var kind: String { get }

    /// CLOCK_MONOTONIC, or the simulation's clock.
    func now() -> MonotonicTime

    /// Waits on this host's clock.
    func sleep(until deadline: MonotonicTime) async throws(CancellationError)

    /// One look. A device in any state is a fact; an error means that nothing could be seen at all.
    func observe(_ scope: Facts.Scope) async throws(HostError) -> Facts

    /// How much anybody on this host has written so far, to whatever filesystem: by as much as this has risen since a look
    /// at a filesystem it can be fuller at most. Cheap, so that idle filesystems need not be looked at. Nil where the host
    /// cannot tell.
    func written() async -> Bytes?

    /// Carries out one step. Never throws: how it went is the report.
    func perform(_ step: Step) async -> StepReport

    /// Volumes that are to be there for as long as their owner has them: each is made anew as soon as it vanishes, and let
    /// go as soon as its owner wants it gone, which the next look tells (`Facts.released`). Takes the place of the former list.
    func keep(_ volumes: [KeptVolume]) async

    /// Says, without a name, that something may have changed: devices came or went, a pool passed a mark, a mount
    /// appeared. Coalesced: at most one is waiting.
    func changes() -> AsyncStream<Void>
}

extension Host {
    public func written() async -> Bytes? { nil }
    public func keep(_ volumes: [KeptVolume]) async {}
}

/// Why nothing could be seen of the host.
public enum HostError: Error, Hashable, Sendable {
    /// No device-mapper in the kernel, or no access to /dev/mapper/control.
    case noDeviceMapper(String)
    case notRoot
    case failed(String)
}

extension HostError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noDeviceMapper(let text):
            "the kernel has no device-mapper (\(text)): load it with `modprobe -a dm-mod dm-thin-pool`, then try again"
        case .notRoot: "device-mapper answers to root only: run this as root, or ask the running daemon as root"
        case .failed(let text): text
        }
    }
}
