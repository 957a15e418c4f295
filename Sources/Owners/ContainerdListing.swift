// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import LocalGRPC
import Units

/// A container as containerd itself knows it, running or not.
public struct ListedContainer: Hashable, Sendable {
    var namespace: String
    var id: String
    var image: String
    /// Its own and, in Kubernetes, its pod's.
    var labels: [String: String]
    var snapshotter: String
    var snapshotKey: String

    public init(
        namespace: String, id: String, image: String, labels: [String: String], snapshotter: String, snapshotKey: String
    ) {
        self.namespace = namespace
        self.id = id
        self.image = image
        self.labels = labels
        self.snapshotter = snapshotter
        self.snapshotKey = snapshotKey
    }

    /// Of containerd.services.containers.v1.Container.
    init(_ fields: ProtobufFields, namespace: String) {
        self.init(
            namespace: namespace, id: fields.text(1), image: fields.text(3), labels: Labels.bounded(fields.map(2)),
            snapshotter: fields.text(6), snapshotKey: fields.text(7))
    }

    private static let podKey = "io.kubernetes.pod.uid"
    private static let kindKey = "io.cri-containerd.kind"

    /// The labels that people give a pod are its sandbox's: each container of that pod gets those that it has not itself.
    static func withPodLabels(_ containers: [ListedContainer]) -> [ListedContainer] {
        var pods: [String: [String: String]] = [:]
        for container in containers where container.labels[kindKey] == "sandbox" {
            if let pod = container.labels[podKey] { pods[pod] = container.labels }
        }
        guard !pods.isEmpty else { return containers }
        return containers.map { container in
            guard let pod = container.labels[podKey], let more = pods[pod] else { return container }
            var container = container
            container.labels.merge(more) { own, _ in own }
            return container
        }
    }
}

/// What a containerd says of the containers on its devmapper snapshotter, by the device of each.
struct ContainerdListing {
    /// The snapshotter's own name; what others make is no thin volume of this kind.
    static let snapshotter = "devmapper"

    struct Key: Hashable, Sendable {
        var socket: String
        var namespace: String
        var snapshot: String
    }

    /// One call of a method, in a namespace.
    typealias Calling = (_ method: String, _ message: [UInt8], _ namespace: String) throws(LocalGRPCError) -> [UInt8]

    private(set) var containers: [DeviceName: ListedContainer] = [:]
    /// Which device a snapshot has never changes: it is asked once.
    private(set) var devices: [Key: DeviceName] = [:]

    /// Asks the one that listens at `socket`. Blocks, up to `timeout`.
    static func ask(
        socket: String, user: UInt32, known: [Key: DeviceName], within timeout: Duration
    ) throws(LocalGRPCError) -> ContainerdListing {
        var connection = try LocalGRPC(socketPath: socket, user: user, within: timeout)
        return try ContainerdListing(socket: socket, known: known) { method, message, namespace throws(LocalGRPCError) in
            let metadata = namespace.isEmpty ? [] : [(name: "containerd-namespace", value: namespace)]
            return try connection.call("/containerd.services." + method, message, metadata: metadata)
        }
    }

    init(socket: String, known: [Key: DeviceName], call: Calling) throws(LocalGRPCError) {
        for namespace in try ContainerdListing.parts(of: try call("namespaces.v1.Namespaces/List", [], "")).map({ $0.text(1) }) {
            let listed = try ContainerdListing.parts(of: try call("containers.v1.Containers/List", [], namespace)).map {
                ListedContainer($0, namespace: namespace)
            }
            for container in ListedContainer.withPodLabels(listed) where container.snapshotter == ContainerdListing.snapshotter {
                let key = Key(socket: socket, namespace: namespace, snapshot: container.snapshotKey)
                var device = known[key]
                if device == nil { device = try ContainerdListing.device(of: container, call) }
                guard let device else { continue }
                devices[key] = device
                containers[device] = container
            }
        }
    }

    /// Nil where it has no such snapshot any more.
    private static func device(of container: ListedContainer, _ call: Calling) throws(LocalGRPCError) -> DeviceName? {
        let answer: [UInt8]
        do throws(LocalGRPCError) {
            let request = protobufMessage((1, container.snapshotter), (2, container.snapshotKey))
            answer = try call("snapshots.v1.Snapshots/Mounts", request, container.namespace)
        } catch {
            if case .refused = error { return nil }
            throw error
        }
        return try parts(of: answer).lazy.map { $0.text(2) }.compactMap(device(mountedFrom:)).first
    }

    static func device(mountedFrom source: String) -> DeviceName? {
        let folder = "/dev/mapper/"
        guard source.hasPrefix(folder), source.utf8.count > folder.utf8.count else { return nil }
        return DeviceName(bytes: Array(source.utf8.dropFirst(folder.utf8.count)))
    }

    /// All three answers are lists, in field 1.
    private static func parts(of answer: [UInt8]) throws(LocalGRPCError) -> [ProtobufFields] {
        do throws(ProtobufFields.Malformed) {
            return try ProtobufFields(answer).messages(1)
        } catch {
            throw .broken("it is not the protobuf that it should be")
        }
    }
}
