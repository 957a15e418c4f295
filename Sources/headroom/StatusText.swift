// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import Units

/// The status as a person reads it: a line about the daemon, the pools, the volumes with what matters first.
struct StatusText {
    private let status: StatusDocument
    private let terminal: Terminal

    init(_ status: StatusDocument, for terminal: Terminal) {
        self.status = status
        self.terminal = terminal
    }

    var text: String {
        if status.pools.isEmpty { return head + "no thin pools on this host\n" }
        return head + pools.rendered(for: terminal) + "\n" + volumesOrNone + overrides + troubles
    }

    private var head: String {
        var parts = ["mode \(status.mode.rawValue)", "rules from \(status.configuration.file ?? "the defaults")"]
        if status.hostKind != "linux" { parts.append(terminal.paint("\(status.hostKind) host", .yellow)) }
        if !status.configuration.lastReloadSucceeded { parts.append(terminal.paint("the last reload failed", .red)) }
        if !status.poll.lastSucceeded { parts.append(terminal.paint(status.poll.lastError ?? "not looked yet", .red)) }
        return parts.joined(separator: ", ") + "\n\n"
    }

    private var pools: Table {
        var table = Table(columns: [
            .init(title: "POOL"), .init(title: "STATE"), .init(title: "SIZE", isNumber: true),
            .init(title: "USED", isNumber: true),
            .init(title: "META", isNumber: true), .init(title: "RESERVE", isNumber: true),
            .init(title: "PROMISED", isNumber: true),
            .init(title: "HEADROOM", isNumber: true), .init(title: "VOLUMES", isNumber: true),
        ])
        table.rows = status.pools.map { pool in
            let used = percent(pool.dataUsedBytes, pool.dataBytes)
            let metadata = percent(pool.metadataUsedBytes, pool.metadataBytes)
            return [
                .init(pool.name), .init(pool.suspended ? "suspended" : pool.state, pool.state == "read_write" ? .green : .red),
                .init(size(pool.dataBytes)), .init(used.text, used.colour), .init(metadata.text, metadata.colour),
                .init(size(pool.reserveBytes)), .init(size(pool.promisedBytes)),
                .init(size(pool.headroomBytes), pool.headroomBytes == 0 ? .red : nil), .init("\(pool.volumes)"),
            ]
        }
        return table
    }

    private var volumesOrNone: String {
        status.volumes.isEmpty ? "no thin volumes\n" : volumes.rendered(for: terminal)
    }

    private var volumes: Table {
        var table = Table(columns: [
            .init(title: "VOLUME", least: 16), .init(title: "OWNER"), .init(title: "DEVICE", isNumber: true),
            .init(title: "SIZE", isNumber: true), .init(title: "USED", isNumber: true), .init(title: "FREE", isNumber: true),
            .init(title: "MAPPED", isNumber: true), .init(title: "DECISION", least: 16),
        ])
        table.rows = status.volumes.map { volume in
            let used = percent(volume.filesystem?.usedBytes, volume.filesystem?.sizeBytes)
            return [
                .init(volume.container?.name ?? volume.logicalVolume ?? volume.name),
                .init([volume.owner, volume.role].compactMap { $0 }.joined(separator: " ")), .init(size(volume.sizeBytes)),
                .init(size(volume.filesystem?.sizeBytes)), .init(used.text, used.colour),
                .init(size(volume.filesystem?.availableBytes)), .init(size(volume.mappedBytes)), decision(volume),
            ]
        }
        return table
    }

    private func decision(_ volume: VolumeDocument) -> Table.Cell {
        switch volume.verdict {
        case .content: return .init("large enough", .green)
        case .grow: return .init("growing to \(size(volume.order?.toBytes))", .yellow)
        case .wouldGrow: return .init("would grow to \(size(volume.order?.toBytes))", .yellow)
        case .refused: return .init("refused: \(volume.refusal?.reason.rawValue ?? "")", .red)
        case .barred: return .init(volume.content ?? volume.refusal?.reason.rawValue ?? "", .dim)
        case nil: return .init("-")
        }
    }

    private var overrides: String {
        guard !status.overrides.isEmpty else { return "" }
        return "\n" + OverridesText(status.overrides).table.rendered(for: terminal)
    }

    /// Each refused wish with what to do.
    private var troubles: String {
        let refused = status.volumes.filter { $0.verdict == .refused }
        let bars = status.pools.compactMap(\.bar)
        guard !refused.isEmpty || !bars.isEmpty else { return "" }
        let lines =
            bars.map { "\($0.text): \($0.hint)" }
            + refused.compactMap { volume in
                volume.refusal.map { "\(volume.title): \(volume.named($0.text)). To do: \($0.hint)" }
            }
        return "\n" + lines.map { terminal.paint("! ", .red) + $0.printable + "\n" }.joined()
    }

    private func size(_ bytes: UInt64?) -> String { bytes.map { Bytes($0).description } ?? "-" }

    private func percent(_ part: UInt64?, _ whole: UInt64?) -> (text: String, colour: Terminal.Colour?) {
        guard let part, let whole else { return ("-", nil) }
        let share = Ratio(Bytes(part), of: Bytes(whole))
        return ((share.value * 100).text(decimals: 0) + "%", share >= .percent(90) ? .red : share >= .percent(80) ? .yellow : nil)
    }
}
