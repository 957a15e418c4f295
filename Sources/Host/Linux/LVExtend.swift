// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Owners
import Units

/// LVM's own command that makes a logical volume longer, and nothing else: no filesystem is touched. It waits for the volume
/// group's lock as long as it takes. Blocks.
struct LVExtend {
    /// Where the command is looked for.
    var folders = LVMCommand.folders

    func run(_ volume: LogicalVolume, length: Sectors) throws(StepFailure) {
        guard let program = LVMCommand.path(of: "lvextend", in: folders) else {
            throw .refused(LVMCommand.missing("lvextend", in: folders))
        }
        let ended: ChildProcess.Ended
        do throws(ChildProcess.CannotStart) {
            ended = try ChildProcess.run(
                program, LVExtend.arguments(volume, length: length), environment: LVMCommand.environment)
        } catch {
            throw .failed("\(program) cannot be run: \(String(cString: strerror(error.errno)))", errno: error.errno)
        }
        if ended.end != .exited(0) { throw .failed(LVExtend.sentence(about: ended, volume, length: length)) }
    }

    /// The unit `s` is a sector of 512 bytes, wherever LVM's configuration may go. It rounds up to its extent.
    static func arguments(_ volume: LogicalVolume, length: Sectors) -> [String] {
        ["--yes", "--size", "\(length.count)s", "--", "\(volume.volumeGroup)/\(volume.name)"]
    }

    // MARK: Words

    static func sentence(about ended: ChildProcess.Ended, _ volume: LogicalVolume, length: Sectors) -> String {
        let name = "\(volume.volumeGroup)/\(volume.name)"
        let what = "`lvextend` of \(name) to \(length.bytes)"
        switch ended.end {
        case .killed(let signal): return "\(what) was killed by signal \(signal): try again, the next one tidies up"
        case .exited(let status):
            let said = LVExtend.said(ended.complaint)
            return "\(what) failed with status \(status): \(said.isEmpty ? "it says nothing" : said);"
                + " \(LVExtend.advice(on: said, volume))"
        }
    }

    /// Its words without warnings and line breaks, and not too many.
    private static func said(_ complaint: String) -> String {
        let told = complaint.split(whereSeparator: \.isNewline).filter { line in
            let words = line.drop { $0 == " " || $0 == "\t" }
            return !words.hasPrefix("WARNING:")
        }
        let text = ChildProcess.words(told)
        return text.count > LVMCommand.longest ? text.prefix(LVMCommand.longest) + "..." : text
    }

    private static func advice(on said: String, _ volume: LogicalVolume) -> String {
        let text = said.lowercased()
        let group = volume.volumeGroup
        func mentions(_ words: String...) -> Bool { words.contains { text.contains($0) } }
        if mentions("failed to find logical volume", "not found") {
            return "see `lvs \(group)`: it may have been renamed or removed"
        }
        if mentions("insufficient free space", "insufficient suitable") {
            return "volume group \(group) is full: `vgextend` it, or free something in it"
        }
        if mentions("matches existing size", "not larger than existing size", "not larger than current") {
            return "LVM's record is ahead of the device: `lvchange --refresh \(group)/\(volume.name)`"
        }
        if mentions(" lock") { return "see who holds \(group)'s lock (`ps -e | grep -E 'lv|vg'`), and try again" }
        if mentions("exported", "read-only", "missing") { return "see `vgs \(group)` and `pvs`" }
        return "see `lvs -a \(group)` and dmesg"
    }
}
