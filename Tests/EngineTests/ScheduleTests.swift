// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Host
import Inventory
import Owners
import Policy
import Testing
import Units

@testable import Engine

@Suite struct ScheduleTests {
    private func second(_ n: Double) -> MonotonicTime { MonotonicTime(nanoseconds: UInt64(n * 1e9)) }

    @Test func `what changes while everything is looked at is looked at again`() {
        var schedule = Schedule()
        schedule.hasten(notBefore: second(90))
        schedule.wholeLookBegins()
        schedule.wholeLookDone(at: second(100), interval: .seconds(15))
        #expect(schedule.wholeLook == second(115))
        schedule.wholeLookBegins()
        schedule.hasten(notBefore: second(118))
        schedule.wholeLookDone(at: second(117), interval: .seconds(15))
        #expect(schedule.wholeLook == second(118))
    }

    @Test func `a volume is only kept when it is due before the next whole look`() {
        var schedule = Schedule()
        schedule.wholeLookDone(at: second(100), interval: .seconds(15))
        schedule.plan(.at(second(116)), at: "slow", written: nil)
        schedule.plan(.at(second(100.05)), at: "hot", written: nil)
        #expect(schedule.earliest == second(100.05))
        #expect(schedule.due(at: second(100.06)) == ["hot"])
        schedule.plan(.withAll, at: "hot", written: nil)
        #expect(schedule.earliest == second(115))
    }

    @Test func `looks due at nearly the same time are one look`() {
        var schedule = Schedule()
        schedule.wholeLookDone(at: second(0), interval: .seconds(15))
        schedule.plan(.at(second(1.003)), at: "b", written: nil)
        schedule.plan(.at(second(1)), at: "a", written: nil)
        schedule.plan(.at(second(1.1)), at: "c", written: nil)
        #expect(schedule.due(at: second(1)) == ["a", "b"])
    }

    @Test func `a change on the host hastens the whole look and never delays it`() {
        var schedule = Schedule()
        schedule.wholeLookDone(at: second(0), interval: .seconds(15))
        schedule.hasten(notBefore: second(1))
        #expect(schedule.wholeLook == second(1))
        schedule.hasten(notBefore: second(3))
        #expect(schedule.wholeLook == second(1))
    }

    @Test func `an idle volume is looked at once enough was written on the host, and not before`() {
        var schedule = Schedule()
        schedule.wholeLookDone(at: second(0), interval: .seconds(15))
        schedule.plan(.init(unseen: .mebibytes(512), otherwise: second(1)), at: "idle", written: .gibibytes(5))
        #expect(schedule.watchIsDue(at: second(0.1)))
        schedule.watched(.gibibytes(5) + .mebibytes(15), at: second(0.1), every: .milliseconds(50))
        #expect(schedule.due(at: second(2)).isEmpty)
        #expect(schedule.earliest == second(0.15))
        schedule.watched(.gibibytes(5) + .mebibytes(16), at: second(0.15), every: .milliseconds(50))
        #expect(schedule.due(at: second(0.15)) == ["idle"])
    }

    @Test func `where the host does not tell what is written, an idle volume is looked at by the clock`() {
        var schedule = Schedule()
        schedule.wholeLookDone(at: second(0), interval: .seconds(15))
        schedule.plan(.init(unseen: .mebibytes(512), otherwise: second(1)), at: "idle", written: nil)
        #expect(!schedule.watchIsDue(at: second(0.5)))
        #expect(schedule.due(at: second(1)) == ["idle"])
    }

    @Test(arguments: [
        Decision.Verdict.content, .refused(Refusal(.reserve, "none is left", hint: "")),
        .grow(
            Order(
                volume: VolumeIdentity(name: "v", uuid: "", poolName: "p", thinID: 1), kind: .xfs, reason: .burst,
                from: .mebibytes(512), to: .gibibytes(1), deviceFrom: Sectors(1), deviceTo: Sectors(1), price: .zero)),
    ])
    func `an idle volume is watched for a burst, granted what it wants or not`(verdict: Decision.Verdict) {
        let identity = VolumeIdentity(name: "v", uuid: "", poolName: "p", thinID: 1)
        let usage = FilesystemUsage(
            size: .mebibytes(512), used: .mebibytes(12), available: .mebibytes(500), inodes: 100, inodesUsed: 10)
        let volume = Volume(
            identity: identity, number: DeviceNumber(major: 254, minor: 1), seenAt: second(1), size: .mebibytes(512),
            mapped: .zero, owner: .plain,
            content: .mounted(
                MountedFilesystem(kind: .xfs, mountPoint: "/x", reading: .usage(usage), geometry: nil)))
        let outlook = PoolOutlook(
            pool: "p", reserve: .zero, metadataReserve: .zero, promised: .zero, headroom: .zero, isLimitedByMetadata: false,
            volumesSize: .zero, overcommitLimit: nil, fillRate: PoolRule.assumedFillRate, fillRateWasSeen: false,
            reaction: .seconds(1), burstRoom: .mebibytes(256), bar: nil)
        let next = Schedule.nextLook(
            at: volume, decision: Decision(volume: identity, rule: "r", mode: .enforce, verdict: verdict),
            past: History()[identity], outlook: outlook, rule: VolumeRule(name: "r"), poll: PollRules(), now: second(1))
        #expect(next.unseen == .mebibytes(500))
    }
}
