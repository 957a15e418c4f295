// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// Who keeps a pool's record.
public enum PoolOwner: Hashable, Sendable, Codable {
    /// `minimumFree` is its dm.min_free_space: below that, pull, build and run fail. Also for a pool that LVM made and Docker
    /// was given (dm.thinpooldev), since that bound holds there as well.
    case docker(minimumFree: Ratio)
    case containerd
    case lvm(volumeGroup: String, name: String)
    case stratis
    case plain

    /// The name in labels: `docker`, `containerd`, `lvm`, `stratis`, `plain`.
    public var name: String {
        switch self {
        case .docker: "docker"
        case .containerd: "containerd"
        case .lvm: "lvm"
        case .stratis: "stratis"
        case .plain: "plain"
        }
    }
}
