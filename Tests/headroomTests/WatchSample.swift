// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import FoundationEssentials

@testable import headroom

/// What a daemon answers, made up in its own words: JSON.
struct WatchSample {
    static let now = Date(timeIntervalSince1970: 1_700_000_000)

    var mode = "enforce"
    var host = "linux"
    var pools: [[String: Any]] = [WatchSample.pool("depot")]
    var volumes: [[String: Any]] = []
    var growths: [[String: Any]] = []
    var overrides: [[String: Any]] = []
    var poll: [String: Any] = ["last_succeeded": true, "last_success": "2023-11-14T22:13:18Z"]

    static let gibibyte: UInt64 = 1 << 30

    static func pool(_ name: String, _ more: [String: Any] = [:]) -> [String: Any] {
        [
            "name": name, "owner": "plain", "state": "read_write", "suspended": false, "needs_check": false,
            "data_bytes": 20 * gibibyte, "data_used_bytes": 10 * gibibyte, "metadata_bytes": 1 << 24,
            "metadata_used_bytes": 1 << 22, "headroom_bytes": 3 * gibibyte, "limited_by_metadata": false, "volumes": 1,
            "growths_done": 0, "growths_failed": 0,
        ].merging(more) { $1 }
    }

    /// `used`: of a filesystem of 2 GiB, in percent.
    static func volume(_ name: String, used: UInt64, _ verdict: String, _ more: [String: Any] = [:]) -> [String: Any] {
        let filesystem: [String: Any] = [
            "kind": "ext4", "mountpoint": "/mnt", "readonly": false, "stuck": false, "size_bytes": 2 * gibibyte,
            "used_bytes": (2 * gibibyte * used + 99) / 100, "available_bytes": 2 * gibibyte * (100 - used) / 100,
        ]
        return [
            "name": name, "pool": "depot", "owner": "plain", "device": "253:4", "thin_id": 1, "size_bytes": 2 * gibibyte,
            "suspended": false, "open_count": 1, "holders": [String](), "writers": [String](), "filesystem": filesystem,
            "doubtful": false, "rule": "default", "mode": "enforce", "verdict": verdict, "needs": [String](),
        ].merging(more) { $1 }
    }

    static func refused(_ name: String, used: UInt64, _ reason: String = "reserve", _ more: [String: Any] = [:]) -> [String: Any]
    {
        let refusal = ["reason": reason, "text": "the pool keeps 10 % for nobody", "hint": "grow the pool"]
        return volume(name, used: used, "refused", ["refusal": refusal].merging(more) { $1 })
    }

    static func order(_ volume: String, need: String = "threshold") -> [String: Any] {
        [
            "volume": volume, "pool": "depot", "need": need, "from_bytes": 10 * gibibyte, "to_bytes": 12 * gibibyte,
            "device_from_bytes": 10 * gibibyte, "device_to_bytes": 12 * gibibyte, "price_bytes": 0,
        ]
    }

    static func growth(_ volume: String, at moment: String, failure: String? = nil) -> [String: Any] {
        var all: [String: Any] = [
            "order": order(volume), "finished_at": moment, "duration_seconds": 0.1, "reached_bytes": 12 * gibibyte,
        ]
        all["failure"] = failure
        return all
    }

    static func container(_ name: String) -> [String: Any] { ["container": ["id": "0123", "name": name]] }

    func status() throws -> StatusDocument {
        let all: [String: Any] = [
            "version": "0.1.0", "host_kind": host, "mode": mode, "started_at": "2023-11-14T21:00:00Z", "poll": poll,
            "configuration": ["last_reload_succeeded": true], "pools": pools, "volumes": volumes, "overrides": overrides,
            "growing": [String](), "recent_growths": growths,
        ]
        return try Documents.decode(StatusDocument.self, from: Array(WatchSample.json(all).utf8))
    }

    func input() throws -> WatchInput {
        WatchInput(status: try status(), answeredAt: WatchSample.now.addingTimeInterval(-1), now: WatchSample.now)
    }

    func view(_ width: Int, _ height: Int, _ choice: WatchChoice = WatchChoice()) throws -> [String] {
        WatchView(try input(), choice: choice, width: width, height: height).frame.lines.map(\.text)
    }

    static func json(_ value: Any) -> String {
        switch value {
        case let object as [String: Any]: "{" + object.map { "\(json($0.key)):\(json($0.value))" }.joined(separator: ",") + "}"
        case let list as [Any]: "[" + list.map { json($0) }.joined(separator: ",") + "]"
        case let text as String:
            "\""
                + text.unicodeScalars.map { $0.value < 0x20 || $0 == "\"" || $0 == "\\" ? WatchSample.escaped($0) : String($0) }
                .joined()
                + "\""
        case let flag as Bool: flag ? "true" : "false"
        default: "\(value)"
        }
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
