// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Exposition
import Host
import Inventory
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
        let rules = try loader.loadAtStart()
        let host = try LinuxHost.opened(looksOnce: true)
        lock = changing ? try Lock() : nil
        let books = changing ? await Books.opened(in: files.stateDirectory) : .none
        engine = Engine(
            host: host, rules: rules, books: books, version: Version.number, logger: logger, actsOnPlan: false
        ) { () throws(ReloadError) in rules }
        await engine.lookOnce()
        if let error = engine.report().polls.lastError { throw CommandError(error) }
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
        case .refused(let refusal): throw CommandError(refusal.text, hint: refusal.hint)
        case .failed(let text), .unknown(let text): throw CommandError(text)
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
