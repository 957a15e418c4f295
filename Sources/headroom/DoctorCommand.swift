// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ArgumentParser
import Engine
import Glibc
import Host
import Inventory
import Journal
import Logging
import Policy
import Units

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What is wrong with pools and volumes on this host; with --fix, mend it.",
        discussion: """
            Looks at the host itself, whether the daemon runs or not. One line for each thing that is wrong, or that is \
            good to know. Exit code 1 when something is wrong, or stays so.

            EXAMPLES
              headroom doctor
              systemctl stop headroom; headroom doctor --fix; systemctl start headroom
            """)

    @Flag(help: "Mend what can be mended: give devices their length back, clear tables that were left behind, tell LXD sizes.")
    var fix = false
    @OptionGroup var files: FileOptions
    @OptionGroup var socket: SocketOptions

    func run() async throws {
        if fix, SocketFile(path: socket.path).hasListener {
            throw CommandError(
                "the daemon runs, and in mode enforce it mends devices by itself",
                hint: "see `headroom doctor` for what is left, and stop the daemon to mend it here")
        }
        let surgery = try await Surgery(files: files, changing: fix)
        let journal = await surgery.journal()
        if let error = journal.error { say("wrong: \(error)") }
        let found = try await surgery.ailments(kept: journal.kept)
        for ailment in found { say(DoctorText.line(ailment)) }
        if journal.error != nil { throw ExitCode(1) }
        guard fix else { return try finish(found) }
        for ailment in found {
            guard let remedy = ailment.remedy else { continue }
            say(DoctorText.before(ailment.subject, remedy))
            let failure = await surgery.apply(remedy)
            say(DoctorText.after(ailment.subject, remedy, failure: failure))
        }
        try finish(try await surgery.ailments(kept: await surgery.journal().kept))
    }

    /// Names may have any bytes in them.
    private func say(_ line: String) { write(Table.Cell(line).text + "\n", to: STDOUT_FILENO) }

    private func finish(_ left: [Ailment]) throws {
        if left.isEmpty { write("nothing is wrong\n", to: STDOUT_FILENO) }
        if left.contains(where: { !$0.isRemark }) { throw ExitCode(1) }
    }
}

/// Direct access to the host, under the lock where something is to be changed.
private struct Surgery {
    private let host: LinuxHost
    private let engine: Engine
    private let stateDirectory: String
    private let lock: Lock?

    private final class Lock: Sendable {
        private let held: ActingLock
        init() throws(CommandError) { held = try ActingLock() }
    }

    init(files: FileOptions, changing: Bool) async throws(CommandError) {
        let logger = Logger(label: "headroom") { LogLines(label: $0, format: .text, logLevel: .critical) }
        let loader = RulesLoader(
            file: files.configurationFile, isDefault: files.isDefault, mode: nil, pollInterval: nil, logger: logger)
        let rules = try loader.loadAtStart().rules
        host = try LinuxHost.opened()
        lock = changing ? try Lock() : nil
        stateDirectory = files.stateDirectory
        let books = changing ? await Books.opened(in: stateDirectory) : .none
        if case .broken(let error, _) = books { throw CommandError("nothing is mended without the journal: \(error)") }
        engine = Engine(
            host: host, rules: rules, books: books, version: Version.number, logger: logger, actsOnPlan: false
        ) { () throws(ReloadError) in rules }
    }

    func ailments(kept: Set<VolumeIdentity>) async throws(CommandError) -> [Ailment] {
        await engine.lookOnce()
        let report = engine.report()
        if let error = report.polls.lastError { throw CommandError(error) }
        guard let snapshot = report.snapshot else { throw CommandError("the host was not looked at", hint: "try again") }
        return Ailment.all(in: snapshot, kept: kept)
    }

    /// What was grown, so far as a journal tells. To look makes none.
    func journal() async -> (kept: Set<VolumeIdentity>, error: JournalError?) {
        guard Journal.isThere(in: stateDirectory) else { return ([], nil) }
        do throws(JournalError) {
            let journal = try await Journal.open(directory: stateDirectory)
            let kept = try await journal.kept()
            await journal.close()
            return (Set(kept.map(\.identity)), nil)
        } catch {
            return ([], error)
        }
    }

    /// What went wrong, if something did.
    func apply(_ remedy: Ailment.Remedy) async -> String? {
        switch remedy {
        case .lengthen(let order), .record(let order): return await engine.mend(order).failure
        case .clearTable(let volume):
            switch await host.perform(.clearTable(volume)).outcome {
            case .done: return nil
            case .refused(let text), .failed(_, let text): return text
            case .stuck(let after): return "it has not come back within \(after.text): see dmesg"
            }
        }
    }
}

/// An ailment, and what is done about it, in a line each.
enum DoctorText {
    static func line(_ ailment: Ailment) -> String { "\(ailment.isRemark ? "note" : "wrong"): \(ailment.text); \(ailment.hint)" }

    static func before(_ subject: DeviceName, _ remedy: Ailment.Remedy) -> String {
        switch remedy {
        case .lengthen(let order):
            "mending \(subject): its device from \(order.deviceFrom.bytes) to \(order.deviceTo.bytes), its filesystem untouched"
        case .record(let order): "mending \(subject): its owner is told of \(order.deviceTo.bytes), which it has already"
        case .clearTable: "mending \(subject): the table that was left behind is thrown away"
        }
    }

    static func after(_ subject: DeviceName, _ remedy: Ailment.Remedy, failure: String?) -> String {
        if let failure { return "failed \(subject): \(failure)" }
        return switch remedy {
        case .lengthen(let order): "mended \(subject): its device has \(order.deviceTo.bytes)"
        case .record(let order): "mended \(subject): its owner has \(order.deviceTo.bytes) on record"
        case .clearTable: "mended \(subject): only its live table is left"
        }
    }
}
