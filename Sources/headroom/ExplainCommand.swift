// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ArgumentParser
import Exposition
import Glibc
import Units

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Why a volume would or would not grow now, rule by rule.",
        discussion: """
            EXAMPLES
              headroom explain web-1                 a container by its name
              headroom explain 4f9c1b                a container by the start of its id
              headroom explain docker-8:1-42-4f9c... a volume by its device's name
            """)

    @Argument(help: "A volume's name, a container's id (or its unique start), a container's name, or vg/lv.")
    var volume: String
    @OptionGroup var files: FileOptions
    @OptionGroup var socket: SocketOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let explained = try await ask(socketPath: socket.path, files: files, changing: false) { answers throws(CommandError) in
            try await answers.explain(volume)
        }
        switch output.output {
        case .json: try printJSON(explained)
        case .table: write(ExplainText(explained, for: .standardOutput).text, to: STDOUT_FILENO)
        }
    }
}

/// An explanation as a person reads it.
struct ExplainText {
    let explained: ExplainDocument
    let terminal: Terminal

    init(_ explained: ExplainDocument, for terminal: Terminal) {
        self.explained = explained
        self.terminal = terminal
    }

    var text: String {
        let volume = explained.volume
        var lines = [terminal.paint(Table.Cell(explained.summary).text, .bold)]
        if let hint = volume.refusal?.hint { lines.append("to do: \(hint)") }
        lines.append("")
        lines += facts.map { "\($0.0.padded(to: 11))\(Table.Cell($0.1).text)" }
        lines.append("")
        for finding in explained.findings {
            let (mark, colour): (String, Terminal.Colour?) =
                switch finding.speaksFor {
                case true: ("+", .yellow)
                case false: ("-", .dim)
                default: ("·", nil)
                }
            lines.append(terminal.paint(mark, colour) + " \(finding.subject.padded(to: 16))\(Table.Cell(finding.text).text)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var facts: [(String, String)] {
        let volume = explained.volume
        var facts = [("volume", "\(volume.name) (device \(volume.device), thin id \(volume.thinId))")]
        facts.append(("pool", volume.pool + (explained.pool.map { ", \($0.state)" } ?? "")))
        let container = volume.container.map { " \($0.name ?? $0.id)" + ($0.image.map { ", image \($0)" } ?? "") } ?? ""
        facts.append(("owner", [volume.owner, volume.role].compactMap { $0 }.joined(separator: " ") + container))
        if let pod = volume.container?.pod {
            facts.append(("pod", [volume.container?.podNamespace, pod].compactMap { $0 }.joined(separator: "/")))
        }
        if let tags = volume.tags, !tags.isEmpty { facts.append(("tags", tags.joined(separator: ", "))) }
        if let rule = volume.rule, let mode = volume.mode { facts.append(("rule", "\(rule), mode \(mode.rawValue)")) }
        facts.append(
            ("device", "\(size(volume.sizeBytes)), \(size(volume.mappedBytes)) mapped" + (volume.suspended ? ", suspended" : "")))
        if let filesystem = volume.filesystem {
            let where_ = filesystem.mountpoint.map { " on \($0)" } ?? ", not mounted"
            let use = filesystem.sizeBytes.map {
                "\(size($0)), \(size(filesystem.usedBytes)) used, \(size(filesystem.availableBytes)) free"
            }
            facts.append(("filesystem", filesystem.kind + where_ + (use.map { ": \($0)" } ?? "")))
        } else if let content = volume.content {
            facts.append(("content", content))
        }
        if let pool = explained.pool, pool.headroomBytes != nil {
            facts.append(
                (
                    "headroom",
                    "\(size(pool.headroomBytes)): reserve \(size(pool.reserveBytes)), promised \(size(pool.promisedBytes))"
                ))
        }
        if let order = volume.order {
            facts.append(("order", "from \(size(order.fromBytes)) to \(size(order.toBytes)), price \(size(order.priceBytes))"))
        }
        return facts
    }

    private func size(_ bytes: UInt64?) -> String { bytes.map { Bytes($0).description } ?? "-" }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(width - count, 1)) }
}
