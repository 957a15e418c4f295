// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ArgumentParser
import Engine
import Exposition
import Glibc
import Policy
import Units

/// What every command that sets or lifts an override takes.
struct OverrideOptions: ParsableArguments {
    @Flag(help: "Say what would be changed; change nothing.")
    var dryRun = false
    @OptionGroup var files: FileOptions
    @OptionGroup var socket: SocketOptions
    @OptionGroup var output: OutputOptions

    func set(
        _ kind: Override.Kind, _ target: OverrideTarget, for lasting: LastingArgument?, reason: String?
    ) async throws {
        let request = OverrideRequest(
            kind: kind, target: target, asked: .here(reason), lasting: lasting?.duration, dryRun: dryRun)
        try show(try await answer { answers throws(CommandError) in try await answers.override(request) })
    }

    func lift(_ target: OverrideTarget, reason: String?) async throws {
        let request = LiftRequest(target: target, asked: .here(reason), dryRun: dryRun)
        try show(try await answer { answers throws(CommandError) in try await answers.lift(request) })
    }

    private func answer(
        _ question: (any Answers) async throws(CommandError) -> OverrideChangeDocument
    ) async throws(CommandError) -> OverrideChangeDocument {
        try await ask(socketPath: socket.path, files: files, changing: !dryRun, question)
    }

    private func show(_ change: OverrideChangeDocument) throws {
        switch output.output {
        case .json: try printJSON(change)
        case .table: write(OverrideChangeText(change).text, to: STDOUT_FILENO)
        }
    }
}

extension Asked {
    /// By whoever runs this command. The daemon goes by the socket instead.
    static func here(_ reason: String?) -> Asked {
        let user = getuid()
        return Asked(author: user == 0 ? "root" : "user \(user)", source: .cli, reason: reason)
    }
}

/// How long something is to hold.
struct LastingArgument: ExpressibleByArgument {
    let duration: Duration

    init?(argument: String) {
        guard let duration = Duration(text: argument), duration > .zero else { return nil }
        self.duration = duration
    }
}

struct ShareArgument: ExpressibleByArgument {
    let ratio: Ratio

    /// `90%`, or `0.9` as in the configuration. A bare number above 1 is a percentage.
    init?(argument: String) {
        let isShare = Double(argument).map { $0 <= 1 } ?? false
        let given = isShare ? Double(argument).flatMap { Ratio($0) } : nil
        guard let ratio = given ?? Ratio(percentage: argument.hasSuffix("%") ? argument : argument + "%") else { return nil }
        self.ratio = ratio
    }
}

/// What a change did, a line for each override.
struct OverrideChangeText {
    let change: OverrideChangeDocument

    init(_ change: OverrideChangeDocument) { self.change = change }

    var text: String {
        let isPlanned = change.result == .planned
        var lines = change.set.map { "\($0.scope) \($0.name) \(isPlanned ? "would be" : "is") \($0.text)" }
        lines += change.lifted.map {
            let verb = change.set.isEmpty ? "is no longer" : "is no longer, as this takes its place,"
            return "\($0.scope) \($0.name) \(isPlanned ? "would no longer be" : verb) \($0.text)"
        }
        if let first = change.set.first, first.scope != "all" {
            let names = change.volumes.prefix(5).joined(separator: ", ") + (change.volumeCount > 5 ? " ..." : "")
            lines.append(change.volumeCount == 0 ? "no volume is called so now" : "volumes: \(change.volumeCount) (\(names))")
        }
        if isPlanned { lines.append("nothing was changed") }
        if !isPlanned, !change.kept { lines.append("this is not in the journal: it holds until the daemon ends, no longer") }
        return lines.map { Table.Cell($0).text + "\n" }.joined()
    }
}
