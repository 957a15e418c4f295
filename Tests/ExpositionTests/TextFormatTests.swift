// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Inventory
import Owners
import Policy
import Testing
import Units

@testable import Exposition

struct TextFormatTests {
    @Test(
        arguments: [
            (0, "0"), (7, "7"), (1_073_741_824, "1073741824"), (UInt64.max, "18446744073709551615"),
        ] as [(UInt64, String)])
    func `Integers are written as integers`(value: UInt64, text: String) {
        var bytes: [UInt8] = Array("x".utf8)
        bytes.append(decimal: value)
        #expect(String(decoding: bytes, as: UTF8.self) == "x" + text)
    }

    @Test(
        arguments: [
            (0.5, "0.5"), (3, "3"), (-1.5, "-1.5"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
            (1_700_000_100.5, "1700000100.5"), (1e300, "1e+300"), (0.000_01, "1e-05"), (0x1p53, "9007199254740992.0"),
        ] as [(Double, String)])
    func `Other numbers are written as Prometheus reads them`(value: Double, text: String) {
        var bytes: [UInt8] = []
        bytes.append(real: value)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test func `Label values escape backslash, quote and line end, and help only the first and last`() {
        let set = LabelSet([Label("a", "x\"y\\z\nw"), Label("b", "")])
        #expect(String(decoding: set.text, as: UTF8.self) == #"{a="x\"y\\z\nw"}"#)
        var help: [UInt8] = []
        help.append(escaping: "say \"hi\"\\\n", quotes: false)
        #expect(String(decoding: help, as: UTF8.self) == #"say "hi"\\\n"#)
    }

    @Test func `Each family is announced once and its series follow it`() {
        let names = SampleHost.hostileNames
        var report = SampleHost.report(
            pools: names.map { SampleHost.pool($0) },
            volumes: names.flatMap { pool in names.map { SampleHost.volume($0, pool: pool) } })
        report.refusals = Dictionary(uniqueKeysWithValues: names.map { ($0, [.reserve: 1]) })
        let scrape = Scrape(report)
        var announced: [String] = []
        for line in scrape.text.split(separator: "\n") {
            if line.hasPrefix("# TYPE ") {
                announced.append(String(line.split(separator: " ")[2]))
            } else if !line.hasPrefix("#") {
                let name = line.prefix { $0 != "{" && $0 != " " }
                #expect(name.hasPrefix(announced.last ?? "nothing"), "\(line) stands under \(announced.last ?? "nothing")")
            }
        }
        #expect(Set(announced).count == announced.count)
        #expect(!announced.contains("evil"))
        let keys = scrape.series.map(\.key)
        #expect(Set(keys.map { Array($0.utf8) }).count == keys.count)
        #expect(scrape.keys(of: "headroom_volume_size_bytes").count == names.count * names.count)
    }

    @Test func `A snapshot that names a volume or pool twice, in any order, yields each once and in order`() {
        let pools = [SampleHost.pool("b"), SampleHost.pool("a"), SampleHost.pool("b")]
        let volumes = [SampleHost.volume("y", pool: "b"), SampleHost.volume("x", pool: "a"), SampleHost.volume("y", pool: "b")]
        let scrape = Scrape(SampleHost.report(pools: pools, volumes: volumes))
        #expect(
            scrape.keys(of: "headroom_pool_block_size_bytes").map { $0.suffix(9) }
                == ["pool=\"a\"}", "pool=\"b\"}"].map { $0.suffix(9) })
        #expect(
            scrape.keys(of: "headroom_volume_size_bytes") == [
                "headroom_volume_size_bytes{pool=\"a\",volume=\"x\"}", "headroom_volume_size_bytes{pool=\"b\",volume=\"y\"}",
            ])
    }

    @Test(arguments: TextForm.allCases) func `The same report gives the same bytes`(form: TextForm) {
        let names = SampleHost.hostileNames
        var report = SampleHost.report(volumes: names.map { SampleHost.volume($0) })
        report.errors = Dictionary(uniqueKeysWithValues: (0..<50).map { (ErrorKey(part: "p\($0)", kind: "k"), 1) })
        report.refusals = Dictionary(uniqueKeysWithValues: names.map { ($0, [.reserve: 1, .off: 2, .cooldown: 3]) })
        #expect(SampleHost.text(report, as: form) == SampleHost.text(report, as: form))
    }

    @Test func `A plain name is shown as any other would be`() {
        for name in SampleHost.hostileNames + ["docker-8:1-7-pool", "vg-lv"] { #expect(name.shown == name.description) }
    }

    @Test func `No series of a family has a label that the table does not name, nor its labels in another order`() {
        let container = Container(id: "i", name: "n", image: "m", namespace: "s")
        let volumes = [
            SampleHost.volume("a", owner: .docker(DockerVolume(role: .container, hash: "h", container: container))),
            SampleHost.volume("b", owner: .lvm(LogicalVolume(volumeGroup: "vg", name: "lv"))),
            SampleHost.volume("c", owner: .lxd(LXDVolume(container: "n", of: container, volumeGroup: "vg"))),
        ]
        let scene = Scene(SampleHost.report(volumes: volumes))
        for family in MetricFamily.all {
            guard case .labelled(let samples) = family.samples else { continue }
            for sample in samples(scene) {
                let names = sample.labels.labels.map(\.name)
                #expect(names == family.labels.filter { names.contains($0) }, "\(family.name)")
            }
        }
    }
}
