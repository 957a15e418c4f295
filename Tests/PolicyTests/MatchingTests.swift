// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Inventory
import Owners
import Policy
import Testing
import Units

@Suite struct MatchingTests {
    private func rules(_ rules: (name: String, mode: Mode?, match: VolumeMatch)...) -> Rules {
        var made = Rules()
        made.mode = .enforce
        made.volumes = rules.map { name, mode, match in
            var rule = VolumeRule(name: name)
            rule.mode = mode
            rule.match = match
            return rule
        }
        return made
    }

    private func match(_ change: (inout VolumeMatch) -> Void) -> VolumeMatch {
        var match = VolumeMatch()
        change(&match)
        return match
    }

    private func logical(_ tags: [String]?, used: Bytes = .mebibytes(900)) -> Volume {
        var volume = Made.volume("vg-data", used: used, owner: .lvm(LogicalVolume(volumeGroup: "vg", name: "data")))
        volume.tags = tags
        return volume
    }

    @Test func `volume group, volume and any one of the tags may be asked for`() {
        let volume = logical(["prod", "tier=db"])
        let matches: [(VolumeMatch, Bool)] = [
            (match { $0.volumeGroup = Glob("v?") }, true), (match { $0.volumeGroup = Glob("data") }, false),
            (match { $0.logicalVolume = Glob("data") }, true), (match { $0.logicalVolume = Glob("vg-data") }, false),
            (match { $0.tag = Glob("tier=*") }, true), (match { $0.tag = Glob("prod") }, true),
            (match { $0.tag = Glob("prod,tier=db") }, false),
            (
                match {
                    $0.tag = Glob("prod")
                    $0.logicalVolume = Glob("logs")
                }, false
            ),
        ]
        for (match, isMatch) in matches {
            #expect(rules(("r", nil, match)).rule(for: volume).name == (isMatch ? "r" : "default"), "\(match)")
        }
    }

    @Test func `who is not LVM's has no group, no volume and no tag`() {
        let docker = Owner.docker(DockerVolume(role: .container, hash: "a", container: Container(id: "vg")))
        for owner in [Owner.plain, docker, .stratis] {
            let volume = Made.volume("vg-data", owner: owner)
            for match in [
                match { $0.volumeGroup = Glob("*") }, match { $0.logicalVolume = Glob("*") }, match { $0.tag = Glob("*") },
            ] { #expect(rules(("r", nil, match)).rule(for: volume).name == "default") }
        }
    }

    @Test func `as long as its tags are not known, a volume that a rule may leave out is not grown`() throws {
        let rules = rules(("never", .off, match { $0.tag = Glob("never") }))
        let waiting = Made.plan([logical(nil)], rules: rules)
        guard case .refused(let refusal)? = waiting["vg-data"]?.verdict else {
            Issue.record("\(String(describing: waiting["vg-data"]?.verdict))")
            return
        }
        #expect(refusal.reason == .unidentified && refusal.text.contains("`never` asks for them"))
        #expect(waiting["vg-data"]?.mode == .observe && waiting["vg-data"]?.runway == nil)
        #expect(Made.plan([logical([])], rules: rules).order("vg-data") != nil)
        #expect(Made.plan([logical(["never"])], rules: rules).refusal("vg-data") == .off)
        let snapshot = Made.snapshot([Made.pool()], [logical(nil)])
        #expect(throws: Refusal.self) {
            try Policy.order(
                growing: snapshot.volumes[0], to: .by(.gibibytes(1)), in: snapshot, rules: rules, history: History(), now: .zero)
        }
    }

    private func labelled(_ labels: [String: String], image: String? = nil, awaiting: Bool) -> Volume {
        let container = Container(id: "c", image: image, namespace: "k8s.io", labels: labels)
        var volume = Made.volume(
            used: .mebibytes(900), owner: .containerd(ContainerdSnapshot(role: .container, number: 1, container: container)))
        volume.awaitsLabels = awaiting
        return volume
    }

    @Test func `a label that is not known yet decides nothing, one that is known does`() {
        let shop = rules(("shop", .off, match { $0.labels = ["app": Glob("shop")] }))
        #expect(Made.plan([labelled([:], awaiting: true)], rules: shop).refusal("v") == .unidentified)
        #expect(Made.plan([labelled([:], awaiting: false)], rules: shop).order("v") != nil)
        #expect(Made.plan([labelled(["app": "shop"], awaiting: true)], rules: shop).refusal("v") == .off)
        #expect(Made.plan([labelled(["app": "db"], awaiting: true)], rules: shop).order("v") != nil)
        let both = rules(
            (
                "both", .off,
                match {
                    $0.labels = ["app": Glob("shop")]
                    $0.container = Glob("d")
                }
            ))
        #expect(Made.plan([labelled([:], awaiting: true)], rules: both).order("v") != nil)
    }

    @Test func `an image that is not known yet decides nothing either`() {
        let busybox = rules(("busybox", .off, match { $0.image = Glob("busybox*") }))
        #expect(Made.plan([labelled([:], awaiting: true)], rules: busybox).refusal("v") == .unidentified)
        #expect(Made.plan([labelled([:], awaiting: false)], rules: busybox).order("v") != nil)
        #expect(Made.plan([labelled([:], image: "nginx", awaiting: true)], rules: busybox).order("v") != nil)
    }

    @Test func `tags that no rule could go by need not be known`() {
        let tagged = match { $0.tag = Glob("never") }
        let other = match {
            $0.tag = Glob("never")
            $0.logicalVolume = Glob("logs")
        }
        #expect(Made.plan([logical(nil)], rules: rules(("never", .off, other))).order("vg-data") != nil)
        #expect(
            Made.plan([logical(nil)], rules: rules(("all", nil, VolumeMatch()), ("never", .off, tagged))).order("vg-data") != nil)
        #expect(Made.plan([Made.volume(used: .mebibytes(900))], rules: rules(("never", .off, tagged))).order("v") != nil)
    }
}
