// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Inventory
import Units

extension Pool {
    /// The metadata that would be in use were all of its data mapped, at what its mapped blocks take now. Nil when the pool
    /// gives no figures, and while too little is mapped to say.
    ///
    /// A block's entry takes 16 bytes in a full node of the mapping tree, and up to 48 in a torn one
    /// (thin-provisioning.rst). Both space maps take a block of 4 KiB for 16,320 blocks (dm-space-map-metadata.h), mapped or
    /// not.
    var metadataNeeded: Bytes? {
        guard let report, report.dataUsed.count >= Pool.enoughMapped else { return nil }
        let mapped = report.dataUsed.count
        let spaceMaps = (report.dataTotal.count / 16_320 + 1) * 4096
        let perBlock = report.metadataUsed.bytes.less(Bytes(spaceMaps)).count / mapped
        let each = min(max(perBlock, 16), Promises.metadataPerBlock.count)
        let unmapped = report.dataTotal.count - min(mapped, report.dataTotal.count)
        return report.metadataUsed.bytes + Bytes(each).scaled(by: unmapped)
    }

    /// So many mapped blocks tell what one takes.
    private static let enoughMapped: UInt64 = 1000
}
