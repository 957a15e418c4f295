// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// What can be asked for.
enum Route: Hashable, Sendable {
    case page, metrics, healthy, ready, reload
    case status, pools, volumes, overrides, history, openAPI
    /// Where Alertmanager posts.
    case alerts
    case explain(String)
    case grow(String), hold(String), release(String), pin(String)
    /// A pool's; nil: everything.
    case pause(String?), resume(String?)

    /// Whether it changes something: POST, and not for everybody.
    var changes: Bool {
        switch self {
        case .reload, .alerts, .grow, .hold, .release, .pin, .pause, .resume: true
        case .page, .metrics, .healthy, .ready, .status, .pools, .volumes, .overrides, .history, .openAPI, .explain: false
        }
    }

    /// The methods that it answers, for `Allow`.
    var methods: String { changes ? "POST" : "GET, HEAD" }

    /// Nil when nothing is there. Names in a path are percent-encoded, slashes too.
    init?(path: String, telemetryPath: String) {
        if path == telemetryPath {
            self = .metrics
            return
        }
        guard path.hasPrefix("/") else { return nil }
        var parts: [String] = []
        for part in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let decoded = String(percentEncoded: part) else { return nil }
            parts.append(decoded)
        }
        switch parts {
        case [""]: self = .page
        case ["-", "healthy"]: self = .healthy
        case ["-", "ready"]: self = .ready
        case ["-", "reload"]: self = .reload
        case ["api", "v1", "status"]: self = .status
        case ["api", "v1", "pools"]: self = .pools
        case ["api", "v1", "volumes"]: self = .volumes
        case ["api", "v1", "overrides"]: self = .overrides
        case ["api", "v1", "history"]: self = .history
        case ["api", "v1", "openapi.json"]: self = .openAPI
        case ["api", "v1", "alerts"]: self = .alerts
        case ["api", "v1", "pause"]: self = .pause(nil)
        case ["api", "v1", "resume"]: self = .resume(nil)
        default:
            guard parts.count == 5, parts[..<2] == ["api", "v1"], !parts[3].isEmpty else { return nil }
            switch (parts[2], parts[4]) {
            case ("volumes", "explain"): self = .explain(parts[3])
            case ("volumes", "grow"): self = .grow(parts[3])
            case ("volumes", "hold"): self = .hold(parts[3])
            case ("volumes", "release"): self = .release(parts[3])
            case ("volumes", "pin"): self = .pin(parts[3])
            case ("pools", "pause"): self = .pause(parts[3])
            case ("pools", "resume"): self = .resume(parts[3])
            default: return nil
            }
        }
    }

    /// The path to ask for it, at a server whose metrics are at /metrics.
    var path: String {
        switch self {
        case .page: "/"
        case .metrics: "/metrics"
        case .healthy: "/-/healthy"
        case .ready: "/-/ready"
        case .reload: "/-/reload"
        case .status: "/api/v1/status"
        case .pools: "/api/v1/pools"
        case .volumes: "/api/v1/volumes"
        case .openAPI: "/api/v1/openapi.json"
        case .overrides: "/api/v1/overrides"
        case .alerts: "/api/v1/alerts"
        case .history: "/api/v1/history"
        case .explain(let volume): "/api/v1/volumes/\(volume.percentEncoded)/explain"
        case .grow(let volume): "/api/v1/volumes/\(volume.percentEncoded)/grow"
        case .hold(let volumes): "/api/v1/volumes/\(volumes.percentEncoded)/hold"
        case .release(let volumes): "/api/v1/volumes/\(volumes.percentEncoded)/release"
        case .pin(let volumes): "/api/v1/volumes/\(volumes.percentEncoded)/pin"
        case .pause(nil): "/api/v1/pause"
        case .pause(let pool?): "/api/v1/pools/\(pool.percentEncoded)/pause"
        case .resume(nil): "/api/v1/resume"
        case .resume(let pool?): "/api/v1/pools/\(pool.percentEncoded)/resume"
        }
    }
}

extension String {
    /// Every byte that is not unreserved (RFC 3986) as `%XX`. `.` too, so that no client takes a name for a relative path.
    var percentEncoded: String {
        var text = ""
        for byte in utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F, 0x7E: text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                text += hex.count == 1 ? "%0" + hex : "%" + hex
            }
        }
        return text
    }

    /// Nil when a `%` has no two digits behind it, or the whole is no UTF-8.
    init?(percentEncoded text: some StringProtocol) {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst()?.hexDigit, let low = rest.popFirst()?.hexDigit else { return nil }
            bytes.append(high << 4 | low)
        }
        self.init(validating: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var hexDigit: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}
