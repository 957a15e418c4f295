// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Owners
import Testing
import Units

@testable import Host

@Suite("lvextend and its words")
struct LVExtendTests {
    private let volume = LogicalVolume(volumeGroup: "vg", name: "data")

    @Test("it is told the whole size in sectors, one volume, and no filesystem")
    func arguments() {
        #expect(
            LVExtend.arguments(volume, length: Sectors(2_097_152)) == ["--yes", "--size", "2097152s", "--", "vg/data"])
        #expect(LVMCommand.environment.contains("LC_ALL=C"))
    }

    @Test("tags are asked for without a lock, of thin volumes only")
    func tags() {
        #expect(
            LVMTags.arguments == [
                "--readonly", "--reportformat", "json", "--select", "segtype=thin", "--options",
                "lv_uuid,vg_uuid,lv_tags,vg_tags",
            ])
    }

    @Test("a host without LVM's commands is told to have none")
    func missing() {
        #expect {
            try LVExtend(folders: ["/nowhere/sbin"]).run(volume, length: Sectors(8))
        } throws: { error in
            guard case .refused(let reason)? = (error as? StepFailure)?.outcome else { return false }
            return reason.contains("/nowhere/sbin") && reason.contains("lvm2")
        }
    }

    @Test(
        "what it says is in the sentence, with what to do",
        arguments: [
            ("  Failed to find logical volume \"vg/data\"\n", "Failed to find logical volume", "`lvs vg`"),
            ("  Volume group \"vg\" not found\n  Cannot process volume group vg\n", "not found; Cannot process", "`lvs vg`"),
            (
                "  WARNING: Sum of all thin volume sizes exceeds the size of thin pool.\n  Insufficient free space: 5 extents needed\n",
                "5: Insufficient free space: 5 extents", "vgextend"
            ),
            ("  Can't get lock for vg.\n", "Can't get lock", "who holds vg's lock"),
            ("  New size (256 extents) matches existing size (256 extents).\n", "matches", "lvchange --refresh vg/data"),
            ("  device-mapper: resume ioctl on  (254:3) failed: Device or resource busy.\n", "busy", "dmesg"),
            ("", "nothing", "dmesg"),
        ])
    func sentences(complaint: String, said: String, advice: String) {
        let sentence = LVExtend.sentence(
            about: .init(end: .exited(5), complaint: complaint), volume, length: Sectors(2_097_152))
        #expect(sentence.contains("vg/data to 1GiB failed with status 5"), "\(sentence)")
        #expect(sentence.contains(said), "\(sentence)")
        #expect(sentence.contains(advice), "\(sentence)")
        #expect(!sentence.contains("WARNING") && !sentence.contains("\n"))
    }

    @Test("a sentence stays one that a person reads")
    func long() {
        let ended = ChildProcess.Ended(end: .exited(5), complaint: String(repeating: "line\n", count: 3000))
        #expect(LVExtend.sentence(about: ended, volume, length: Sectors(8)).count < 600)
        let killed = ChildProcess.Ended(end: .killed(signal: 9), complaint: "")
        #expect(LVExtend.sentence(about: killed, volume, length: Sectors(8)).contains("signal 9"))
    }
}
