// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Exposition
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Inventory
import NIOCore
import Policy
import Units

/// The page at `/`: where things are, and how it goes, for a person with a browser. No script, nothing from elsewhere.
struct Page {
    private let status: StatusDocument
    private let telemetryPath: String

    init(_ report: Report, telemetryPath: String) {
        // Volumes may be many and the page names none, so it is made without.
        var report = report
        wanted = report.plan?.decisions.count { !$0.needs.isEmpty } ?? 0
        volumes = report.snapshot?.volumes.count ?? 0
        isReady = report.snapshot != nil
        report.snapshot?.volumes = []
        status = StatusDocument(report)
        self.telemetryPath = telemetryPath
    }

    private let wanted: Int
    private let volumes: Int
    private let isReady: Bool

    var response: Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8",
                .contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
            ], body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    private var html: String {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>Headroom</title>
        <meta name="viewport" content="width=device-width">
        <style>
        body { font-family: sans-serif; margin: 2em auto; max-width: 60em; padding: 0 1em; color-scheme: light dark }
        table { border-collapse: collapse } td, th { padding: .2em .8em .2em 0; text-align: left }
        </style></head><body>
        <h1>Headroom</h1>
        <p>\(Page.escape(state))</p>
        \(poolTable)
        \(overrideTable)
        <ul>
        <li><a href="\(Page.escape(telemetryPath))">Metrics</a></li>
        <li><a href="\(Route.status.path)">Status</a>, <a href="\(Route.pools.path)">pools</a>, \
        <a href="\(Route.volumes.path)">volumes</a> as JSON; \(Route.volumes.path)/NAME/explain says why one is grown or not; \
        <a href="\(Route.overrides.path)">overrides</a>; <a href="\(Route.openAPI.path)">the API</a></li>
        <li><a href="\(Route.healthy.path)">Healthy?</a> <a href="\(Route.ready.path)">Ready?</a></li>
        </ul>
        <p>Version \(Page.escape(status.version))</p>
        </body></html>

        """
    }

    private var state: String {
        let kind = status.hostKind == "linux" ? "" : " The host is \(status.hostKind)."
        guard isReady else { return "The host has not been looked at yet.\(kind) \(status.poll.lastError ?? "")" }
        let look =
            status.poll.lastSucceeded ? "" : " The last look at the host failed: \(status.poll.lastError ?? "see the log")."
        return "Mode \(status.mode.rawValue).\(kind) Volumes: \(volumes), of which \(wanted) should be larger. "
            + "Growths under way: \(status.growing.count).\(look)"
    }

    private var poolTable: String {
        guard !status.pools.isEmpty else { return "" }
        let rows = status.pools.map { pool in
            let cells = [
                pool.name, pool.state.replacing("_", with: " "), Page.size(pool.dataUsedBytes), Page.size(pool.dataBytes),
                Page.size(pool.headroomBytes), Page.share(pool.metadataUsedBytes, of: pool.metadataBytes),
            ]
            return cells
        }
        return Page.table(["Pool", "State", "Used", "Size", "Headroom", "Metadata used"], rows)
    }

    /// What stands against the rules, what decides first at the top.
    private var overrideTable: String {
        guard !status.overrides.isEmpty else { return "" }
        let rows = status.overrides.prefix(Page.overrides).map { override in
            [
                override.scope == "all" ? "all" : "\(override.scope) \(override.name)", override.text,
                override.end.map { WallTime(seconds: $0.timeIntervalSince1970).iso8601Seconds } ?? "it is lifted",
            ]
        }
        let rest = status.overrides.count - rows.count
        return "<h2>Set against the rules</h2>\n" + Page.table(["For", "What", "Until"], Array(rows))
            + (rest > 0 ? "<p>And \(rest) more.</p>" : "")
    }

    /// Overrides that the page names.
    private static let overrides = 50

    private static func table(_ headings: [String], _ rows: [[String]]) -> String {
        let lines = rows.map { "<tr>" + $0.map { "<td>\(escape($0))</td>" }.joined() + "</tr>" }
        return "<table><tr>" + headings.map { "<th>\($0)</th>" }.joined() + "</tr>\n" + lines.joined(separator: "\n")
            + "</table>"
    }

    private static func size(_ bytes: UInt64?) -> String { bytes.map { Bytes($0).description } ?? "unknown" }

    private static func share(_ part: UInt64?, of whole: UInt64?) -> String {
        guard let part, let whole else { return "unknown" }
        return Ratio(Bytes(part), of: Bytes(whole)).description
    }

    static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
