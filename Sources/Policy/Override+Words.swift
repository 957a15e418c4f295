// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Units

extension Override {
    /// For people: `held by alice (cli) until 2026-01-31T12:00:00Z: the disk is being moved`.
    public var text: String {
        "\(what)\(scope.place) by \(asked.author) (\(asked.source.rawValue))\(until)" + (asked.reason.map { ": \($0)" } ?? "")
    }

    public var until: String { end.map { " until \($0.iso8601Seconds)" } ?? " until it is lifted" }

    private var what: String {
        switch kind {
        case .hold: return "held"
        case .pause: return "paused"
        case .exceedReserve(let bound):
            return "let \(bound) into the reserve" + (spent > .zero ? " (\(spent) of that are spent)" : "")
        case .grow(let to, let exceedsReserve):
            let ending =
                switch settled {
                case nil: ""
                case .done: " (done)"
                case .failed: " (failed)"
                }
            return "to be grown to \(to)\(exceedsReserve ? ", into the reserve if need be" : "")\(ending)"
        case .pin(let pin):
            let values = [
                pin.threshold.map { "threshold \($0)" }, pin.target.map { "target \($0)" },
                pin.maximumSize.map { "at most \($0)" },
            ]
            return "pinned to " + values.compactMap(\.self).joined(separator: ", ")
        }
    }

    /// The command that takes it away.
    public var liftingCommand: String {
        switch scope {
        case .volume(let volume): "headroom release \(volume.name.description.quotedForShell)"
        case .volumes(let glob): "headroom release \(glob.pattern.quotedForShell)"
        case .pool(let pool) where kind.name == .pause: "headroom resume \(pool.description.quotedForShell)"
        case .all where kind.name == .pause: "headroom resume"
        case .pool, .all: "headroom release \(id)"
        }
    }
}

extension Override.Scope {
    /// What it is set for, as people call it: `web`, `web-*`, `depot`, `all`.
    public var name: String {
        switch self {
        case .volume(let volume): volume.name.description
        case .volumes(let glob): glob.pattern
        case .pool(let pool): pool.description
        case .all: "all"
        }
    }

    public var kind: String {
        switch self {
        case .volume: "volume"
        case .volumes: "volumes"
        case .pool: "pool"
        case .all: "all"
        }
    }

    fileprivate var place: String {
        switch self {
        case .volume: ""
        case .volumes(let glob): " through `\(glob.pattern)`"
        case .pool(let pool): " with pool \(pool)"
        case .all: " with everything"
        }
    }
}

extension Refusal {
    /// By an override that stops growth.
    static func stopped(_ name: DeviceName, by override: Override) -> Refusal {
        let end = override.end == nil ? "" : ", or wait until it ends"
        return Refusal(
            override.kind.name == .pause ? .paused : .onHold, "\(name) is \(override.text)",
            hint: "`\(override.liftingCommand)`\(end)")
    }
}

extension String {
    /// As one word of a shell.
    fileprivate var quotedForShell: String {
        let isPlain = utf8.allSatisfy {
            switch $0 {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B...0x2F, 0x3A, 0x40, 0x5F: true
            default: false
            }
        }
        return isPlain && !isEmpty ? self : "'" + replacing("'", with: "'\\''") + "'"
    }
}
