// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// A thin volume as device-mapper and the mount tables show it: all that an owner is told by.
public struct VolumeSighting: Hashable, Sendable {
    public var name: DeviceName
    public var uuid: String
    public var poolName: DeviceName
    /// Every mount point that was found of it, in any namespace.
    public var mountPoints: [String]

    public init(name: DeviceName, uuid: String, poolName: DeviceName, mountPoints: [String] = []) {
        self.name = name
        self.uuid = uuid
        self.poolName = poolName
        self.mountPoints = mountPoints
    }
}

public struct PoolSighting: Hashable, Sendable {
    public var name: DeviceName
    public var uuid: String

    public init(name: DeviceName, uuid: String) {
        self.name = name
        self.uuid = uuid
    }
}

/// What could not be read of an owner's records.
public struct OwnerComplaint: Hashable, Sendable {
    /// `docker`, `containerd`, `lvm`.
    public var owner: String
    /// A word for counting: `permission`, `unparsable`, `failed`.
    public var kind: String
    /// For people, with the name of what it was.
    public var text: String

    public init(owner: String, kind: String, text: String) {
        self.owner = owner
        self.kind = kind
        self.text = text
    }

    init(owner: String, _ error: FileError) {
        let isDenied = error.cause == .system(errno: 13) || error.cause == .system(errno: 1)
        let kind =
            switch error.cause {
            case .system: isDenied ? "permission" : "failed"
            case .tooLarge, .notText: "unparsable"
            }
        self.init(owner: owner, kind: kind, text: error.description)
    }
}

/// One owner: tells its volumes and pools from others', and reads its records of them. Keeps what it read until that changes.
protocol Recogniser: Sendable {
    /// Whether the volume can be this owner's, by its name, uuid and pool alone.
    func claims(_ volume: VolumeSighting) -> Bool

    /// Before the questions about `volumes`, which it claims: reads what has changed since.
    mutating func refresh(for volumes: [VolumeSighting], in files: any FileReading) -> [OwnerComplaint]

    /// Of a volume that it claims.
    func owner(of volume: VolumeSighting) -> Owner

    /// Nil when the pool is not its own. `volumes` are those of the pool that it claims.
    func keeper(of pool: PoolSighting, volumes: [VolumeSighting]) -> PoolOwner?
}
