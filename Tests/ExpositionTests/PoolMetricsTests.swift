// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Engine
import Host
import Inventory
import Policy
import Testing
import Units

@testable import Exposition

struct PoolMetricsTests {
    @Test func `A working pool tells its sizes in bytes`() {
        let scrape = Scrape(SampleHost.report())
        #expect(scrape["headroom_pool_data_bytes{pool=\"depot\"}"] == "1073741824")
        #expect(scrape["headroom_pool_data_used_bytes{pool=\"depot\"}"] == "268435456")
        #expect(scrape["headroom_pool_metadata_bytes{pool=\"depot\"}"] == "4194304")
        #expect(scrape["headroom_pool_metadata_used_bytes{pool=\"depot\"}"] == "409600")
        #expect(scrape["headroom_pool_block_size_bytes{pool=\"depot\"}"] == "65536")
        #expect(scrape["headroom_pool_low_water_mark_bytes{pool=\"depot\"}"] == "67108864")
        #expect(scrape["headroom_pool_metadata_low_water_mark_bytes{pool=\"depot\"}"] == "262144")
        #expect(scrape["headroom_pool_transaction_id{pool=\"depot\"}"] == "7")
        #expect(scrape["headroom_pool_headroom_bytes{pool=\"depot\"}"] == "524288000")
        #expect(scrape["headroom_pool_fill_rate_bytes_per_second{pool=\"depot\"}"] == "268435456")
        #expect(scrape["headroom_pool_reaction_seconds{pool=\"depot\"}"] == "0.45")
        #expect(scrape["headroom_pool_overcommit_limit_ratio{pool=\"depot\"}"] == "8")
        #expect(scrape["headroom_pool_volumes{pool=\"depot\"}"] == "1")
        #expect(scrape["headroom_pool_needs_check{pool=\"depot\"}"] == "0")
        #expect(scrape["headroom_pool_discard_passdown{pool=\"depot\"}"] == "1")
    }

    @Test(
        arguments: [
            (SampleHost.working(), "read_write"), (SampleHost.working(mode: .readOnly), "read_only"),
            (SampleHost.working(mode: .outOfDataSpace), "out_of_data_space"), (.failed, "failed"), (.unreadable, "unknown"),
            (.unknown(""), "unknown"),
        ] as [(ThinPoolStatus, String)])
    func `Exactly one state of a pool is 1`(status: ThinPoolStatus, state: String) {
        let scrape = Scrape(SampleHost.report(pools: [SampleHost.pool("depot", status: status)]))
        let states = scrape.series.filter { $0.key.hasPrefix("headroom_pool_state{") }
        #expect(states.count == 5)
        #expect(states.filter { $0.value == "1" }.map(\.key) == ["headroom_pool_state{pool=\"depot\",state=\"\(state)\"}"])
    }

    @Test func `A pool that failed leaves out the figures that it does not have`() {
        let bar = Refusal(.poolState, "pool depot has failed", hint: "repair it")
        let scrape = Scrape(
            SampleHost.report(
                pools: [SampleHost.pool("depot", status: .failed)],
                outlooks: [SampleHost.outlook("depot", bar: bar, headroom: nil)]))
        for name in [
            "data_bytes", "data_used_bytes", "metadata_bytes", "metadata_used_bytes", "headroom_bytes", "reserve_bytes",
            "metadata_reserve_bytes", "promised_bytes", "needs_check", "transaction_id", "error_when_full",
            "headroom_limited_by_metadata",
        ] {
            #expect(scrape.keys(of: "headroom_pool_\(name)").isEmpty, "headroom_pool_\(name)")
        }
        #expect(scrape["headroom_pool_barred{pool=\"depot\",reason=\"pool_state\"}"] == "1")
        #expect(scrape["headroom_pool_suspended{pool=\"depot\"}"] == "0")
    }

    @Test func `A pool whose table cannot be read still tells its metadata`() {
        var pool = SampleHost.pool("depot")
        pool.table = nil
        let scrape = Scrape(SampleHost.report(pools: [pool]))
        #expect(scrape.keys(of: "headroom_pool_data_bytes").isEmpty)
        #expect(scrape["headroom_pool_metadata_bytes{pool=\"depot\"}"] == "4194304")
    }

    @Test func `A full pool whose time to wait is over says that writes fail`() {
        var report = ThinPoolStatus.Report(
            metadataUsed: MetadataBlocks(1), metadataTotal: MetadataBlocks(2), dataUsed: DataBlocks(2), dataTotal: DataBlocks(2),
            mode: .outOfDataSpace, whenFull: .error)
        let key = "headroom_pool_writes_failing{pool=\"depot\"}"
        #expect(Scrape(SampleHost.report(pools: [SampleHost.pool("depot", status: .working(report))]))[key] == "1")
        report.whenFull = .queue
        #expect(Scrape(SampleHost.report(pools: [SampleHost.pool("depot", status: .working(report))]))[key] == "0")
    }

    @Test func `An LVM pool names its volume group`() {
        let pool = SampleHost.pool("vg-pool-tpool", owner: .lvm(volumeGroup: "vg", name: "pool"))
        let scrape = Scrape(SampleHost.report(pools: [pool], volumes: []))
        #expect(
            scrape.keys(of: "headroom_pool_info") == [
                "headroom_pool_info{pool=\"vg-pool-tpool\",owner=\"lvm\",device=\"254:2\",vg=\"vg\",lv=\"pool\"}"
            ])
    }

    @Test func `Growths under way are counted on their pool with what they will map`() {
        let volume = SampleHost.volume("web")
        var report = SampleHost.report(pools: [SampleHost.pool("depot"), SampleHost.pool("spare")], volumes: [volume])
        report.growths.running = [SampleHost.order(volume, price: Bytes(1000)), SampleHost.order(volume, price: Bytes(24))]
        let scrape = Scrape(report)
        #expect(scrape["headroom_growth_running{pool=\"depot\"}"] == "2")
        #expect(scrape["headroom_growth_price_bytes{pool=\"depot\"}"] == "1024")
        #expect(scrape["headroom_growth_running{pool=\"spare\"}"] == "0")
    }
}
