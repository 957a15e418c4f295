// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Inventory
import Policy
import Testing
import Units

@testable import Exposition

struct DaemonMetricsTests {
    @Test func `A daemon that has not looked yet tells of itself and of no pool`() {
        let scrape = Scrape(Report(hostKind: "simulated", version: "0.1", mode: .enforce, startedAt: WallTime(seconds: 1)))
        #expect(scrape["headroom_host_info{kind=\"simulated\"}"] == "1")
        #expect(scrape["headroom_mode{mode=\"enforce\"}"] == "1")
        #expect(scrape["headroom_mode{mode=\"observe\"}"] == "0")
        #expect(scrape["headroom_poll_last_success"] == "0")
        #expect(scrape["headroom_poll_last_timestamp_seconds"] == nil)
        #expect(scrape["headroom_poll_duration_seconds_count"] == "0")
        #expect(!scrape.text.contains("headroom_pool_"))
        #expect(scrape.keys(of: "headroom_build_info").count == 1)
        #expect(scrape.keys(of: "headroom_build_info").first?.contains("version=\"0.1\"") == true)
    }

    @Test func `A histogram's buckets add up to its count`() {
        let scrape = Scrape(SampleHost.report())
        #expect(scrape["headroom_growth_duration_seconds_bucket{le=\"0.1\"}"] == "0")
        #expect(scrape["headroom_growth_duration_seconds_bucket{le=\"0.25\"}"] == "1")
        #expect(scrape["headroom_growth_duration_seconds_bucket{le=\"60.0\"}"] == "1")
        #expect(scrape["headroom_growth_duration_seconds_bucket{le=\"+Inf\"}"] == "2")
        #expect(scrape["headroom_growth_duration_seconds_count"] == "2")
        #expect(scrape["headroom_growth_duration_seconds_sum"] == "400.2")
    }

    @Test func `Growth counters begin at 0 for every pool and outlive it`() {
        var report = SampleHost.report()
        var growths = PoolGrowths()
        growths.done = 4
        growths.bytes = .gibibytes(3)
        report.growths.byPool["gone"] = growths
        let scrape = Scrape(report)
        #expect(scrape["headroom_growths_total{pool=\"depot\",result=\"done\"}"] == "0")
        #expect(scrape["headroom_growths_total{pool=\"depot\",result=\"failed\"}"] == "0")
        #expect(scrape["headroom_growths_total{pool=\"gone\",result=\"done\"}"] == "4")
        #expect(scrape["headroom_growth_bytes_total{pool=\"gone\"}"] == "3221225472")
    }

    @Test func `Refusals and errors are told by what they are of`() {
        var report = SampleHost.report()
        report.refusals["depot"] = [.reserve: 2, .maximumSize: 1]
        let scrape = Scrape(report)
        #expect(
            scrape.keys(of: "headroom_refusals_total") == [
                "headroom_refusals_total{pool=\"depot\",reason=\"maximum_size\"}",
                "headroom_refusals_total{pool=\"depot\",reason=\"reserve\"}",
            ])
        #expect(scrape["headroom_errors_total{part=\"statfs\",kind=\"timeout\"}"] == "3")
    }

    @Test func `A bad configuration shows until a good one is read`() {
        var report = SampleHost.report()
        report.configuration.lastReloadSucceeded = false
        report.configuration.lastReloadSuccess = WallTime(seconds: 1_700_000_000)
        let scrape = Scrape(report)
        #expect(scrape["headroom_config_last_reload_successful"] == "0")
        #expect(scrape["headroom_config_last_reload_success_timestamp_seconds"] == "1700000000")
    }

    @Test func `This process tells its figures under the usual names`() throws {
        let scrape = Scrape(
            Renderer.text(
                of: ScrapeFigures(process: ProcessFigures.read()), as: .prometheus, startedAt: WallTime(seconds: 0)))
        for name in ["resident_memory_bytes", "virtual_memory_bytes", "open_fds", "max_fds", "start_time_seconds", "threads"] {
            let value = try #require(scrape["process_\(name)"].flatMap(Double.init), "process_\(name)")
            #expect(value > 0, "process_\(name)")
        }
        #expect(scrape["process_cpu_seconds_total"] != nil)
        let started = try #require(scrape["process_start_time_seconds"].flatMap(Double.init))
        #expect(started > 1_500_000_000)
    }

    @Test func `A command's name with brackets and blanks does not shift the figures`() {
        let fields = (3...52).map { "\($0 * 100)" }
        var figures = ProcessFigures()
        figures.take(
            stat: "42 (evil) S 1 (x) " + fields.joined(separator: " "), boot: WallTime(seconds: 1000),
            scale: .init(ticksPerSecond: 100, page: .kibibytes(4)))
        #expect(figures.cpu == .seconds(29))
        #expect(figures.threads == 2000)
        #expect(figures.startTime == WallTime(seconds: 1022))
        #expect(figures.virtualMemory == Bytes(2300))
        #expect(figures.residentMemory == Bytes(2400 * 4096))
        #expect(ProcessFigures.bootTime(in: "cpu 1 2\nbtime 1700000000\nprocesses 5\n") == WallTime(seconds: 1_700_000_000))
    }
}
