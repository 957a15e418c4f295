// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import HTTPClient
import Testing
import Units

@testable import Owners

@Suite struct LXDDaemonsTests {
    private let host = MadeHost()
    private let double = LXDDouble()
    private let daemons: LXDDaemons
    private let directory: OwnerDirectory
    private let start = ContinuousClock.now

    init() {
        host.write("", to: "/var/lib/lxd/unix.socket")
        daemons = LXDDaemons(sockets: LXDSockets { _ in nil }, files: host, asking: double.ask)
        directory = OwnerDirectory(files: host, daemons: daemons)
    }

    private func sighting(_ name: String, uuid: String = "LVM-u") -> VolumeSighting {
        VolumeSighting(name: DeviceName(name), uuid: uuid, poolName: "vg-tp-tpool")
    }

    private var c1: VolumeSighting { sighting("vg-containers_c1") }

    private func owner(of volume: VolumeSighting) -> Owner {
        directory.identify(volumes: [volume], pools: []).owner(of: volume.name)
    }

    /// Asks if it is time to.
    @discardableResult
    private func asks(about volumes: VolumeSighting..., after time: Duration = .zero) -> Bool {
        guard daemons.beginsAsking(for: volumes, now: start + time) else { return false }
        _ = daemons.ask()
        return true
    }

    @Test func `what the daemon knows is its own, anything else stays LVM's`() {
        guard case .lvm(let before) = owner(of: c1) else {
            Issue.record("it was known before anybody had been asked")
            return
        }
        #expect(before.higherOwner != nil)
        #expect(asks(about: c1))
        guard case .lxd(let known) = owner(of: c1) else {
            Issue.record("\(owner(of: c1))")
            return
        }
        #expect(known.instance == "c1" && Owner.lxd(known).lasting == .byInstance(known) && Owner.lxd(known).name == "lxd")
        #expect(owner(of: c1).logicalVolume == LogicalVolume(volumeGroup: "vg", name: "containers_c1"))
        for name in ["vg-containers_nobody", "other-containers_c1", "vg-images_0123", "vg-containers_c1-snap", "vg-root"] {
            if case .lvm = owner(of: sighting(name)) { continue }
            Issue.record("\(name) is taken for \(owner(of: sighting(name)))")
        }
        #expect(owner(of: sighting("vg-containers_c1", uuid: "CRYPT-1")) == .plain)
    }

    @Test func `a host without volumes of that kind is never asked about any`() {
        #expect(!asks(about: sighting("vg-root"), sighting("vg-images_0123"), sighting("vg-containers_c1-snap")))
        #expect(!daemons.beginsAsking(for: []))
        #expect(double.asked.isEmpty)
    }

    @Test func `the same volumes are asked about once a minute, a new one at once`() {
        #expect(asks(about: c1))
        #expect(!asks(about: c1, after: .seconds(59)))
        #expect(asks(about: c1, after: .seconds(60)))
        #expect(asks(about: c1, sighting("vg-containers_my----c2"), after: .seconds(121)))
        #expect(!asks(about: c1, sighting("vg-containers_my----c2"), after: .seconds(122)))
        daemons.forgetSoon()
        #expect(asks(about: c1, after: .seconds(123)))
    }

    @Test func `one that nobody knows is asked about less and less often`() {
        let nobody = sighting("vg-containers_nobody")
        var times: [Int] = []
        for second in 0..<200 where asks(about: c1, nobody, after: .seconds(second)) { times.append(second) }
        #expect(times == [0, 1, 3, 7, 15, 31, 63, 123, 183] || times == [0, 2, 6, 14, 30, 62, 122, 182], "\(times)")
    }

    @Test func `only one question is under way`() {
        #expect(daemons.beginsAsking(for: [c1], now: start))
        daemons.forgetSoon()
        #expect(!daemons.beginsAsking(for: [c1], now: start + .seconds(500)))
        _ = daemons.ask()
        #expect(daemons.beginsAsking(for: [c1], now: start + .seconds(501)))
    }

    @Test(arguments: [ClientError.nobodyListens, .timeout(.seconds(5)), .broken("x")])
    func `one that falls silent keeps its names, and nothing of it is grown until it answers`(silence: ClientError) throws {
        asks(about: c1)
        double.silence = silence
        asks(about: c1, after: .seconds(60))
        guard case .lxd(let silent) = owner(of: c1) else {
            Issue.record("\(owner(of: c1))")
            return
        }
        #expect(!silent.isAnswering && silent.container.name == "c1" && Owner.lxd(silent).lasting == .never)
        #expect(!asks(about: c1, after: .seconds(60)))
        double.silence = nil
        asks(about: c1, after: .seconds(62))
        guard case .lxd(let again) = owner(of: c1) else { return }
        #expect(again.isAnswering)
    }

    @Test func `its new socket is asked at once`() {
        double.silence = .nobodyListens
        asks(about: c1)
        double.silence = nil
        #expect(!asks(about: c1, after: .milliseconds(100)))
        host.remove("/var/lib/lxd/unix.socket")
        host.write("again", to: "/var/lib/lxd/unix.socket")
        #expect(asks(about: c1, after: .milliseconds(200)))
    }

    @Test func `why it does not answer is told each time it was asked, with where it was looked for`() {
        double.silence = .timeout(.seconds(5))
        asks(about: c1)
        let told = directory.identify(volumes: [c1], pools: []).complaints
        #expect(told.map(\.owner) == ["lxd"] && told.map(\.kind) == ["timeout"])
        #expect(told.first?.text.contains("/var/lib/lxd/unix.socket") == true)
        #expect(directory.identify(volumes: [c1], pools: []).complaints.isEmpty)
        host.remove("/var/lib/lxd/unix.socket")
        asks(about: c1, after: .seconds(100))
        let absent = directory.identify(volumes: [c1], pools: []).complaints
        #expect(absent.count == 1 && absent.first?.text.contains("/var/lib/incus/unix.socket") == true)
    }

    @Test(arguments: ["", "{", "[]", #"{"metadata":null}"#, #"{"metadata":{"environment":7}}"#])
    func `what cannot be understood is a complaint`(answer: String) {
        double.answers["/1.0"] = answer
        asks(about: c1)
        #expect(directory.identify(volumes: [c1], pools: []).complaints.map(\.kind) == ["unparsable"])
        if case .lxd = owner(of: c1) { Issue.record("it was believed") }
    }

    @Test func `a size that was recorded meanwhile is known at once`() throws {
        asks(about: c1)
        guard case .lxd(let before) = owner(of: c1) else { return }
        daemons.note(.gibibytes(1), of: before)
        guard case .lxd(let after) = owner(of: c1) else { return }
        #expect(before.root.size == nil && after.root.size == .gibibytes(1))
    }
}
