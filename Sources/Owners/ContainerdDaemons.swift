// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import LocalGRPC
import Synchronization
public import Units

/// What the containerds of this host say of their containers: the labels that `ctr`, nerdctl and Kubernetes give them are in
/// no file of a task, and of a container that does not run there is no file at all.
public final class ContainerdDaemons: Sendable {
    enum Limits {
        /// For all that one of them is asked.
        static let answer = Duration.seconds(5)
    }

    /// By device, and what went wrong with those that did not answer.
    public struct Told: Hashable, Sendable {
        public var containers: [DeviceName: ListedContainer] = [:]
        public var complaints: [OwnerComplaint] = []

        public init(containers: [DeviceName: ListedContainer] = [:], complaints: [OwnerComplaint] = []) {
            self.containers = containers
            self.complaints = complaints
        }
    }

    private let files: any FileReading
    private let devices = Mutex<[ContainerdListing.Key: DeviceName]>([:])
    /// Nobody else's answers are taken.
    private let user: UInt32

    public convenience init(files: any FileReading = HostFiles()) { self.init(files: files, user: 0) }

    init(files: any FileReading, user: UInt32) {
        self.files = files
        self.user = user
    }

    /// Asks all of them, one after the other. Blocks.
    public func ask() -> Told {
        var told = Told()
        let paths: [String]
        do throws(FileError) { paths = try ContainerdSockets.paths(in: files) } catch {
            told.complaints = [OwnerComplaint(owner: "containerd", error)]
            return told
        }
        let known = devices.withLock { $0 }
        var seen: [ContainerdListing.Key: DeviceName] = [:]
        for path in paths {
            do throws(LocalGRPCError) {
                let listing = try ContainerdListing.ask(socket: path, user: user, known: known, within: Limits.answer)
                told.containers.merge(listing.containers) { first, _ in first }
                seen.merge(listing.devices) { first, _ in first }
            } catch {
                // Somebody else's socket of that name is none.
                if case .user = error { continue }
                let kind = if case .timeout = error { "timeout" } else { "failed" }
                told.complaints.append(
                    OwnerComplaint(
                        owner: "containerd", kind: kind,
                        text: "containerd at \(path) does not tell its containers' labels: \(error)"))
                seen.merge(known.filter { $0.key.socket == path }) { first, _ in first }
            }
        }
        devices.withLock { $0 = seen }
        return told
    }
}

extension Owner {
    /// The same owner with what containerd told of the container on this device. Labels of the running task's own file win.
    public func adding(_ listed: ListedContainer) -> Owner {
        guard case .containerd(var snapshot) = self else { return self }
        var container = snapshot.container ?? Container(id: listed.id, namespace: listed.namespace)
        // Else it is another container's mount that is known of this device.
        guard container.id == listed.id, container.namespace == listed.namespace else { return self }
        container.labels = Labels.bounded(container.labels.merging(listed.labels) { own, _ in own })
        container.name = container.name ?? listed.labels["io.kubernetes.container.name"] ?? listed.labels["nerdctl/name"]
        if container.image == nil, !listed.image.isEmpty { container.image = listed.image }
        snapshot.container = container
        return .containerd(snapshot)
    }
}
