// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Owners

/// Asks LVM for the tags of all thin volumes. `--readonly` takes no lock, so it neither waits for who holds one nor makes
/// others wait, and asks the kernel nothing: what is read is LVM's metadata on its disks. Blocks.
enum LVMTags {
    /// A row has some 150 bytes.
    private static let most = 16 << 20

    static var arguments: [String] {
        [
            "--readonly", "--reportformat", "json", "--select", "segtype=thin", "--options",
            LVMReport.fields.joined(separator: ","),
        ]
    }

    /// By `LVMReport.identity`.
    static func ask() -> Result<[String: [String]], HearsayFailure> {
        guard let program = LVMCommand.path(of: "lvs") else {
            return .failure(HearsayFailure(kind: "failed", text: LVMCommand.missing("lvs")))
        }
        let ended: ChildProcess.Ended
        do throws(ChildProcess.CannotStart) {
            ended = try ChildProcess.run(
                program, arguments, environment: LVMCommand.environment, hears: .answer(most: most))
        } catch {
            let text = "\(program) cannot be run: \(String(cString: strerror(error.errno)))"
            return .failure(HearsayFailure(kind: "failed", text: text))
        }
        guard ended.end == .exited(0) else {
            let words = ended.words.isEmpty ? "it says nothing" : String(ended.words.prefix(LVMCommand.longest))
            return .failure(HearsayFailure(kind: "failed", text: "`lvs` did not tell any tags: \(words)"))
        }
        do throws(LVMReport.Unreadable) {
            return .success(try LVMReport(parsing: ended.answer).tags)
        } catch {
            return .failure(HearsayFailure(kind: "unparsable", text: "what `lvs` says cannot be understood: \(error)"))
        }
    }
}
