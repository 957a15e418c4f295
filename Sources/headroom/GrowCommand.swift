// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ArgumentParser
import Engine
import Exposition
import Glibc
import Units

struct Grow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Grow a volume's filesystem now.",
        discussion: """
            Works in every mode, keeps the pool's reserve unless told to exceed it, and never makes anything smaller. The running daemon does it; \
            without one, this command does, under the same lock.

            EXAMPLES
              headroom grow web-1 --by 10GiB --dry-run
              headroom grow web-1 --to 42GiB
              headroom grow web-1 --by 5GiB --exceed-reserve --reason "the shop is down"
              headroom grow web-1 --by 20GiB --exceed-reserve --for 2h --reason "restore runs"
            """)

    @Argument(help: "A volume's name, a container's id (or its unique start), a container's name, or vg/lv.")
    var volume: String
    @Option(help: "The size to grow to: 42GiB, 42G (the same), or bytes.")
    var to: SizeArgument?
    @Option(help: "How much to add.")
    var by: SizeArgument?
    @Flag(help: "Let it into the pool's reserve, by what is asked for at most. Never into that of its metadata.")
    var exceedReserve = false
    @Option(
        name: .customLong("for"),
        help: "Grow nothing now, but let the rules grow it so far into the reserve, within this time (24h at most).")
    var lasting: LastingArgument?
    @Option(help: "Why, for those who find it later.")
    var reason: String?
    @Flag(help: "Say what would be done; change nothing.")
    var dryRun = false
    @OptionGroup var files: FileOptions
    @OptionGroup var socket: SocketOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (to == nil) != (by == nil) else { throw ValidationError("give exactly one of --to SIZE and --by SIZE") }
        if exceedReserve, reason == nil { throw ValidationError("--exceed-reserve needs a --reason") }
        if lasting != nil, !exceedReserve { throw ValidationError("--for goes with --exceed-reserve only") }
    }

    func run() async throws {
        let request = GrowRequest(
            volume: volume, to: to?.bytes, by: by?.bytes, dryRun: dryRun, exceedsReserve: exceedReserve,
            lasting: lasting?.duration,
            asked: .here(reason))
        let grown = try await ask(socketPath: socket.path, files: files, changing: !dryRun) { answers throws(CommandError) in
            try await answers.grow(request)
        }
        switch output.output {
        case .json: try printJSON(grown)
        case .table: write(GrowText(grown).text, to: STDOUT_FILENO)
        }
    }
}

/// What came of a growth, in a line or two.
struct GrowText {
    let grown: GrowDocument

    init(_ grown: GrowDocument) { self.grown = grown }

    var text: String {
        if let change = grown.override { return OverrideChangeText(change).text }
        guard let order = grown.order else { return "" }
        let name = Table.Cell(order.volume).text
        let reserve = order.exceedsReserveBytes.map { "of that, \(Bytes($0)) are the pool's reserve\n" } ?? ""
        switch grown.result {
        case .permitted: return ""
        case .planned:
            let device =
                order.deviceToBytes > order.deviceFromBytes
                ? "the device from \(Bytes(order.deviceFromBytes)) to \(Bytes(order.deviceToBytes)), then " : ""
            let hook = order.hook.map { "run \(Table.Cell($0.joined(separator: " ")).text), then " } ?? ""
            return """
                would grow \(name): \(hook)\(device)the filesystem from \(Bytes(order.fromBytes)) to \(Bytes(order.toBytes))
                price: \(Bytes(order.priceBytes)) of that are mapped within about a minute; nothing was changed

                """ + reserve
        case .done:
            let seconds = grown.growth.map { Duration.seconds($0.durationSeconds).text } ?? "-"
            return
                "grew \(name) from \(Bytes(order.fromBytes)) to \(Bytes(grown.growth?.reachedBytes ?? order.toBytes)) in \(seconds)\n"
                + reserve
        }
    }
}
