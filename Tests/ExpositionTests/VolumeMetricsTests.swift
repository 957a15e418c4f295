// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Filesystem
import Host
import Inventory
import Owners
import Policy
import Testing
import Units

@testable import Exposition

struct VolumeMetricsTests {
    private static let labels = "{pool=\"depot\",volume=\"web\"}"

    @Test func `A mounted volume tells its device and its filesystem`() {
        let scrape = Scrape(SampleHost.report())
        #expect(scrape["headroom_volume_size_bytes" + Self.labels] == "1073741824")
        #expect(scrape["headroom_volume_mapped_bytes" + Self.labels] == "314572800")
        #expect(scrape["headroom_volume_runway_bytes" + Self.labels] == "67108864")
        #expect(scrape["headroom_volume_open" + Self.labels] == "1")
        #expect(scrape["headroom_filesystem_size_bytes" + Self.labels] == "943718400")
        #expect(scrape["headroom_filesystem_used_bytes" + Self.labels] == "262144000")
        #expect(scrape["headroom_filesystem_available_bytes" + Self.labels] == "681574400")
        #expect(scrape["headroom_filesystem_inodes" + Self.labels] == "65536")
        #expect(scrape["headroom_filesystem_inodes_used" + Self.labels] == "11")
        #expect(scrape["headroom_filesystem_mounted" + Self.labels] == "1")
        #expect(
            scrape.keys(of: "headroom_filesystem_info") == [
                "headroom_filesystem_info{pool=\"depot\",volume=\"web\",fstype=\"ext4\",mountpoint=\"/mnt\"}"
            ])
    }

    @Test func `A filesystem that is larger than its device is told by how much, one that fits is not`() {
        let key = "headroom_volume_overhang_bytes"
        #expect(Scrape(SampleHost.report())[key + Self.labels] == "0")
        let broken = SampleHost.volume("web", content: SampleHost.tooLarge)
        #expect(Scrape(SampleHost.report(volumes: [broken]))[key + Self.labels] == "1073741824")
    }

    @Test func `A stuck filesystem is told as such, without usage`() {
        let volume = SampleHost.volume("web", content: SampleHost.mounted(reading: .stuck))
        let scrape = Scrape(SampleHost.report(volumes: [volume]))
        #expect(scrape["headroom_filesystem_stuck" + Self.labels] == "1")
        #expect(scrape["headroom_filesystem_unreadable" + Self.labels] == "0")
        #expect(scrape.keys(of: "headroom_filesystem_used_bytes").isEmpty)
        #expect(scrape["headroom_volume_size_bytes" + Self.labels] != nil)
    }

    @Test func `A filesystem that cannot be read is not called stuck`() {
        let volume = SampleHost.volume("web", content: SampleHost.mounted(reading: .failed(errno: 5, text: "I/O error")))
        let scrape = Scrape(SampleHost.report(volumes: [volume]))
        #expect(scrape["headroom_filesystem_unreadable" + Self.labels] == "1")
        #expect(scrape["headroom_filesystem_stuck" + Self.labels] == "0")
    }

    @Test func `A filesystem that nobody mounts has a kind and no usage`() {
        let volume = SampleHost.volume("web", content: .unmounted(kind: .xfs, geometry: nil))
        let scrape = Scrape(SampleHost.report(volumes: [volume]))
        #expect(scrape["headroom_filesystem_mounted" + Self.labels] == "0")
        #expect(
            scrape.keys(of: "headroom_filesystem_info") == [
                "headroom_filesystem_info{pool=\"depot\",volume=\"web\",fstype=\"xfs\"}"
            ])
        #expect(scrape.keys(of: "headroom_filesystem_size_bytes").isEmpty)
        #expect(scrape.keys(of: "headroom_filesystem_stuck").isEmpty)
    }

    @Test func `A volume that its failed pool cannot count has no mapped bytes`() {
        var volume = SampleHost.volume("web")
        volume.mapped = nil
        #expect(Scrape(SampleHost.report(volumes: [volume])).keys(of: "headroom_volume_mapped_bytes").isEmpty)
    }

    @Test func `Names of people's things stand in info series only`() {
        let container = Container(id: "abc123", name: "shop-db", image: "postgres:16", namespace: "moby")
        let volume = SampleHost.volume(
            "docker-8:1-7-feed", owner: .docker(DockerVolume(role: .container, hash: "feed", container: container)))
        let scrape = Scrape(SampleHost.report(volumes: [volume]))
        let lines = scrape.text.split(separator: "\n").filter {
            $0.contains("shop-db") || $0.contains("postgres") || $0.contains("/mnt")
        }
        #expect(lines.allSatisfy { $0.hasPrefix("headroom_volume_info{") || $0.hasPrefix("headroom_filesystem_info{") })
        #expect(
            scrape.keys(of: "headroom_volume_info") == [
                "headroom_volume_info{pool=\"depot\",volume=\"docker-8:1-7-feed\",owner=\"docker\",role=\"container\","
                    + "container=\"abc123\",name=\"shop-db\",image=\"postgres:16\",namespace=\"moby\",device=\"254:3\",thin_id=\"1\"}"
            ])
    }

    @Test func `a pod's name and namespace stand in the info series, wherever they come from`() {
        let labels = ["io.kubernetes.pod.name": "shop-0", "io.kubernetes.pod.namespace": "prod"]
        let container = Container(id: "c", name: "pg", namespace: "k8s.io", labels: labels)
        let owner = Owner.containerd(ContainerdSnapshot(role: .container, number: 2, container: container))
        #expect(
            Scrape(SampleHost.report(volumes: [SampleHost.volume("p-snap-2", owner: owner)])).keys(of: "headroom_volume_info")
                == [
                    "headroom_volume_info{pool=\"depot\",volume=\"p-snap-2\",owner=\"containerd\",role=\"container\",container=\"c\","
                        + "name=\"pg\",namespace=\"k8s.io\",pod=\"shop-0\",pod_namespace=\"prod\",device=\"254:3\",thin_id=\"1\"}"
                ])
    }

    @Test(
        arguments: [
            (nil, ""), ([], ""), (["prod", "tier=db"], "tags=\"prod,tier=db\","),
        ] as [([String]?, String)])
    func `LVM's names and tags stand in the info series`(tags: [String]?, text: String) {
        var volume = SampleHost.volume("vg-data", owner: .lvm(LogicalVolume(volumeGroup: "vg", name: "data")))
        volume.tags = tags
        #expect(
            Scrape(SampleHost.report(volumes: [volume])).keys(of: "headroom_volume_info") == [
                "headroom_volume_info{pool=\"depot\",volume=\"vg-data\",owner=\"lvm\",vg=\"vg\",lv=\"data\",\(text)"
                    + "device=\"254:3\",thin_id=\"1\"}"
            ])
    }

    @Test(arguments: Refusal.Reason.allCases)
    func `A barred volume is exported as refused unless it is as it should be`(reason: Refusal.Reason) {
        let volume = SampleHost.volume("web")
        let told: Set<Refusal.Reason> = [
            .foreign, .inUse, .held, .sharedMount, .broken, .unsupportedFilesystem, .externalOrigin, .stuck, .hidden, .suspended,
        ]
        let refusal = Refusal(reason, "text", hint: "hint")
        let barred = Scrape(
            SampleHost.report(volumes: [volume], decisions: [SampleHost.decision(volume, .barred(refusal))]))
        let key = "headroom_volume_refused{pool=\"depot\",volume=\"web\",reason=\"\(reason.rawValue)\"}"
        #expect(barred.keys(of: "headroom_volume_refused") == (told.contains(reason) ? [key] : []))

        let refused = Scrape(
            SampleHost.report(
                volumes: [volume], decisions: [SampleHost.decision(volume, .refused(refusal), needs: [.threshold])]))
        #expect(refused[key] == "1")
        #expect(refused["headroom_volume_wanted" + Self.labels] == "1")
    }

    @Test func `A decision is found by its volume although the plan is of an earlier look`() {
        let refusal = Refusal(.reserve, "text", hint: "hint")
        let old = SampleHost.volume("old")
        let web = SampleHost.volume("web", thinID: 2)
        let decisions = [SampleHost.decision(old), SampleHost.decision(web, .refused(refusal), needs: [.burst])]
        let scrape = Scrape(SampleHost.report(volumes: [SampleHost.volume("new", thinID: 3), web], decisions: decisions))
        #expect(
            scrape.keys(of: "headroom_volume_refused") == [
                "headroom_volume_refused{pool=\"depot\",volume=\"web\",reason=\"reserve\"}"
            ])
        #expect(scrape.keys(of: "headroom_volume_wanted") == ["headroom_volume_wanted" + Self.labels])
    }

    @Test func `The last growth of a volume that succeeded is told`() {
        let volume = SampleHost.volume("web")
        var report = SampleHost.report(volumes: [volume])
        for (second, failure) in [(10.0, nil), (20, nil), (30, "resume: no")] as [(Double, String?)] {
            report.growths.recent.append(
                FinishedGrowth(
                    order: SampleHost.order(volume), finishedAt: WallTime(seconds: second), duration: .seconds(1),
                    reached: .gibibytes(2), failure: failure))
        }
        #expect(Scrape(report)["headroom_volume_last_growth_timestamp_seconds" + Self.labels] == "20")
    }
}
