// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Journal
import Logging
import Policy
import Units

/// A journal that cannot be used: looking and telling go on, growing does not, until it can be used again.
extension Engine {
    /// A disk that is full or read-only is looked at again after so long; later and later if it stays so.
    static let journalPatience = Duration.seconds(5)...Duration.seconds(300)

    var isJournalBroken: Bool { hostBar?.reason == .journal }

    /// Fail safe.
    func stopGrowing(_ error: JournalError, pause: Duration = journalPatience.lowerBound) {
        let text = "the journal cannot be used: \(error)"
        let isNew = hostBar?.text != text
        nextTry = error.mayPass ? JournalTry(at: host.now().advanced(by: pause), pause: pause) : nil
        hostBar = Refusal(
            .journal, text,
            hint: error.mayPass
                ? "mend that, and growth goes on by itself" : "mend it, then restart headroom: nothing is grown until then")
        current.errors[ErrorKey(part: "journal", kind: "failed"), default: 0] += 1
        if isNew { logger.error("nothing is grown from now on: \(text)") }
    }

    /// Goes on growing if the journal can be used again. What is damaged or another's nobody but a person mends.
    func tryJournalAgain() async {
        guard let due = nextTry, due.at <= host.now() else { return }
        do throws(JournalError) {
            switch books {
            case .none: return
            case .journal(let journal):
                try await journal.probe()
                if hasRecalled {
                    try await catchUp(journal)
                    hostBar = nil
                } else {
                    hostBar = nil
                    await recall()
                }
            case .broken:
                guard let opened = await reopenBooks?() else { return }
                if case .broken(let error, _) = opened { throw error }
                books = opened
                hostBar = nil
                await recall()
            }
            if isJournalBroken { return }
            nextTry = nil
            logger.notice("the journal can be used again: growth goes on")
        } catch {
            stopGrowing(error, pause: min(due.pause * 2, Engine.journalPatience.upperBound))
        }
    }

    /// What is not written while the journal is broken is written by `catchUp`.
    func write(_ entry: (Books) async throws(JournalError) -> Void) async {
        guard !isJournalBroken else { return }
        do throws(JournalError) { try await entry(books) } catch { stopGrowing(error) }
    }

    /// Writes down what could not be written meanwhile.
    private func catchUp(_ journal: Journal) async throws(JournalError) {
        let written = Dictionary(try await journal.kept().map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
        for volume in kept.values where written[volume.identity] != volume { try await journal.keep(volume) }
        try await journal.forgetKept(of: Set(written.keys).subtracting(kept.keys))
        try await journal.recordBirths(births, at: .now())
        try await rewriteOverrides(in: journal)
        // Their ends could not be written; with none under way, all that are open are such.
        if running.isEmpty, cutOff.isEmpty { cutOff = try await journal.unfinished() }
    }
}

/// The next try of a journal that could not be used.
struct JournalTry {
    let at: MonotonicTime
    /// Since the one before.
    let pause: Duration
}

extension JournalError {
    /// It can be well again without anybody touching the journal itself.
    var mayPass: Bool {
        switch self {
        case .noDirectory, .notWritable, .full, .busy, .overloaded, .failed: true
        case .corrupt, .foreign, .newerSchema, .tooManyUnfinished, .tooManyKept, .notOpen, .closed: false
        }
    }

    /// It keeps one growth from being written down, and no other.
    var isOfOneGrowth: Bool {
        switch self {
        case .tooManyUnfinished, .tooManyKept, .notOpen: true
        case .noDirectory, .notWritable, .full, .busy, .overloaded, .failed, .corrupt, .foreign, .newerSchema, .closed: false
        }
    }
}
