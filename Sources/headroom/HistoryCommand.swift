// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ArgumentParser
import Exposition
import Glibc
import Journal
import Server
import Units

struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What was grown, decided and overridden: by whom, why, and what became of it.",
        discussion: """
            The newest entries, oldest first. A volume that is gone is told of by its name, its container's name or its id.

            EXAMPLES
              headroom history                       the last 100 entries
              headroom history web-1 --since 24h     of one volume or container
              headroom history --kind override       who set and lifted what
              headroom history --since 2026-01-31T12:00:00Z --until 2026-02-01 --output json
              headroom history --verify              whether all of it is as it was written
            """)

    @Argument(help: "A volume's name, a container's name or id (or its start), or vg/lv.")
    var volume: String?
    @Option(help: "Not before: 24h ago, 2026-01-31 or 2026-01-31T12:00:00Z.")
    var since: MomentArgument?
    @Option(help: "Not after: the same.")
    var until: MomentArgument?
    @Option(help: "growth, decision, override or alert.")
    var kind: KindArgument?
    @Option(help: "The newest so many: 1 to 10000.")
    var limit = HistoryQuery.usualLimit
    @Flag(help: "Reckon all hashes anew, and say whether the history is as it was written.")
    var verify = false
    @Option(name: .customLong("state.directory"), help: "Where the journal is kept, if no daemon runs.")
    var stateDirectory = "/var/lib/headroom"
    @OptionGroup var socket: SocketOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard HistoryQuery.limits.contains(limit) else {
            throw ValidationError("--limit is \(HistoryQuery.limits.lowerBound) to \(HistoryQuery.limits.upperBound)")
        }
        if volume?.isEmpty == true { throw ValidationError("a volume has a name") }
    }

    func run() async throws {
        let told = HistoryAnswers(socketPath: socket.path, directory: stateDirectory)
        let document = verify ? try await told.verification() : try await told.entries(query)
        switch output.output {
        case .json: try printJSON(document)
        case .table: write(HistoryText(document, for: .standardOutput).text, to: STDOUT_FILENO)
        }
        if let fault = document.verification?.fault {
            throw CommandError(
                "the history is not as it was written: \(fault.text)",
                hint: "the audit log, if one is kept, says what was there; see docs/history.md")
        }
    }

    private var query: HistoryQuery {
        var query = HistoryQuery()
        query.volume = volume
        query.since = since?.moment
        query.until = until?.moment
        query.kind = kind?.kind
        query.limit = limit
        return query
    }
}

/// The daemon, or the journal itself where none runs. Nobody looks at the host for this, and no journal is made.
struct HistoryAnswers {
    let socketPath: String
    let directory: String

    /// A long chain takes some seconds.
    private static let patience = Duration.seconds(120)

    func entries(_ query: HistoryQuery) async throws(CommandError) -> HistoryDocument {
        if let client {
            do throws(SocketClientError) { return try await client.history(query) } catch { throw CommandError(error) }
        }
        return try await opened { journal throws(JournalError) in HistoryDocument(try await journal.history(query)) }
            ?? HistoryDocument([])
    }

    func verification() async throws(CommandError) -> HistoryDocument {
        if let client {
            do throws(SocketClientError) { return try await client.verifyHistory() } catch { throw CommandError(error) }
        }
        let document = try await opened { journal throws(JournalError) in HistoryDocument(try await journal.verifyHistory()) }
        guard let document else {
            throw CommandError(
                "there is no journal in \(directory)", hint: "name the place of the daemon's with --state.directory")
        }
        return document
    }

    private var client: SocketClient? {
        SocketFile(path: socketPath).hasListener
            ? SocketClient(socketPath: socketPath, timeout: HistoryAnswers.patience) : nil
    }

    private func opened(
        _ question: (Journal) async throws(JournalError) -> HistoryDocument
    ) async throws(CommandError) -> HistoryDocument? {
        guard Journal.isThere(in: directory) else { return nil }
        do throws(JournalError) {
            let journal = try await Journal.open(directory: directory)
            let document = try await question(journal)
            await journal.close()
            return document
        } catch {
            throw CommandError(error.description)
        }
    }
}

struct MomentArgument: ExpressibleByArgument {
    let moment: WallTime

    init?(argument: String) {
        guard let moment = WallTime(moment: argument, now: .now()) else { return nil }
        self.moment = moment
    }
}

struct KindArgument: ExpressibleByArgument {
    let kind: HistoryEntry.Kind

    init?(argument: String) {
        guard let kind = HistoryEntry.Kind(rawValue: argument) else { return nil }
        self.kind = kind
    }

    static var allValueStrings: [String] { HistoryEntry.Kind.allCases.map(\.rawValue) }
}
