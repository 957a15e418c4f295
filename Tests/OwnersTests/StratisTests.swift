// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Owners
import Testing
import Units

@Suite struct StratisTests {
    private let directory = OwnerDirectory(files: MadeHost())

    @Test func `a volume and a pool with Stratis' uuid are Stratis'`() {
        let uuid = "stratis-1-0f1f-thin-fs-2c3d"
        let ownership = directory.identify(
            volumes: [VolumeSighting(name: "stratis-1-0f1f-thin-fs-2c3d", uuid: uuid, poolName: "pool")],
            pools: [PoolSighting(name: "pool", uuid: "stratis-1-0f1f-thinpool-pool")])
        #expect(ownership.owner(of: "stratis-1-0f1f-thin-fs-2c3d") == .stratis)
        #expect(ownership.keeper(of: "pool") == .stratis)
    }

    @Test func `a name like Stratis' without its uuid is plain`() {
        let ownership = directory.identify(
            volumes: [VolumeSighting(name: "stratis-1-0f1f-thin-fs-2c3d", uuid: "", poolName: "pool")], pools: [])
        #expect(ownership.owner(of: "stratis-1-0f1f-thin-fs-2c3d") == .plain)
    }
}
