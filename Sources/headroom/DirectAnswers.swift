// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Exposition
import Host
import Inventory
import Journal
import Logging
import Policy
import Units

/// Looks at the host in this process, as no daemon runs. Changes nothing but what it is asked to.
final class DirectAnswers: Answers {
    private let engine: Engine
    /// Held while something may be changed.
    private let lock: Lock?

    private final class Lock {
        private let held: ActingLock
        init() throws(CommandError) { held = try ActingLock() }
    }

    init(files: FileOptions, changing: Bool) async throws(CommandError) {
        let logger = Logger(label: "headroom") { LogLines(label: $0, format: .text, logLevel: .critical) }
        let loader = RulesLoader(
            file: files.configurationFile, isDefault: files.isDefault, mode: nil, pollInterval: nil, logger: logger)
        let rules = try loader.loadAtStart().rules
        let host = try LinuxHost.opened(looksOnce: true)
        lock = changing ? try Lock() : nil
        let books = changing ? await Books.opened(in: files.stateDirectory) : .none
        engine = Engine(
            host: host, rules: rules, books: books, version: Version.number, logger: logger, actsOnPlan: false
        ) { () throws(ReloadError) in rules }
        if !changing { await engine.recall(try await DirectAnswers.overrides(in: files.stateDirectory)) }
        await engine.lookOnce()
        if let error = engine.report().polls.lastError { throw CommandError(error) }
    }

    /// What stands, so far as a journal tells. To look makes none.
    private static func overrides(in directory: String) async throws(CommandError) -> [Override] {
        guard Journal.isThere(in: directory) else { return [] }
        do throws(JournalError) {
            let journal = try await Journal.open(directory: directory)
            let overrides = try await journal.overrides()
            await journal.close()
            return overrides
        } catch {
            throw CommandError(error.description)
        }
    }

    func status() async throws(CommandError) -> StatusDocument { StatusDocument(engine.report()) }

    func explain(_ volume: String) async throws(CommandError) -> ExplainDocument {
        let report = engine.report()
        guard let snapshot = report.snapshot else { throw CommandError("the host was not looked at yet", hint: "try again") }
        let found: Volume
        do throws(VolumeLookupError) {
            found = try VolumeLookup.find(volume, in: snapshot)
        } catch {
            throw CommandError(error.description)
        }
        guard let document = ExplainDocument(found, in: report) else {
            throw CommandError("\(volume) is gone", hint: "see `headroom status`")
        }
        return document
    }

    func grow(_ request: GrowRequest) async throws(CommandError) -> GrowDocument {
        switch await engine.grow(request) {
        case .planned(let order): return GrowDocument(planned: order)
        case .done(let growth): return GrowDocument(done: growth)
        case .permitted(let change): return GrowDocument(permitted: change)
        case .refused(let refusal): throw CommandError(refusal.text, hint: refusal.hint)
        case .invalid(let text, let hint): throw CommandError(text, hint: hint)
        case .failed(let text), .unknown(let text): throw CommandError(text)
        }
    }
}

extension DirectAnswers {
    func overrides() async throws(CommandError) -> [OverrideDocument] { engine.report().overrides.map { OverrideDocument($0) } }

    /// For the daemon that is started later: it finds this in the journal.
    func override(_ request: OverrideRequest) async throws(CommandError) -> OverrideChangeDocument {
        try DirectAnswers.document(await engine.override(request))
    }

    func lift(_ request: LiftRequest) async throws(CommandError) -> OverrideChangeDocument {
        try DirectAnswers.document(await engine.lift(request))
    }

    private static func document(_ answer: OverrideAnswer) throws(CommandError) -> OverrideChangeDocument {
        switch answer {
        case .changed(let change) where !change.isKept && !change.isDryRun:
            throw CommandError(
                "the journal cannot be written, so this would be forgotten at once", hint: "`headroom doctor --fix` says why")
        case .changed(let change): return OverrideChangeDocument(change)
        case .refused(let refusal): throw CommandError(refusal.text, hint: refusal.hint)
        case .unknown(let text, let hint), .invalid(let text, let hint): throw CommandError(text, hint: hint)
        }
    }
}

extension LinuxHost {
    static func opened(looksOnce: Bool = false) throws(CommandError) -> LinuxHost {
        do throws(HostError) {
            return try LinuxHost(looksOnce: looksOnce)
        } catch {
            throw CommandError(error.description)
        }
    }
}
