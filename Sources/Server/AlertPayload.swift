// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FoundationEssentials
import Policy
import Units

/// A notification as Alertmanager's webhook sends it (its documentation, "webhook_config"; the form has been version 4 since
/// 2016). What else it says, now or later, is left alone.
struct AlertPayload {
    static let version = "4"

    /// Nil for what is no alert.
    var alerts: [Alert?]
    /// Alerts that were left out, by Alertmanager or here.
    var truncated: UInt64

    /// Throws a ``Refused`` that says what is wrong.
    init(_ bytes: [UInt8]) throws(Refused) {
        let hint = "post what Alertmanager's webhook_config sends, version \(AlertPayload.version)"
        let wire: Wire
        do { wire = try JSONDecoder().decode(Wire.self, from: Data(bytes)) } catch {
            throw Refused(.badRequest, "the body is no notification of Alertmanager", hint: hint)
        }
        guard wire.version == AlertPayload.version else {
            throw Refused(
                .badRequest,
                "the notification has the version `\((wire.version ?? "").shown)`, and only \(AlertPayload.version) is understood",
                hint: "send it with a current Alertmanager (0.16 or later)")
        }
        alerts = wire.alerts.prefix(Limits.alertsAtOnce).map { $0.alert.flatMap { Alert($0) } }
        truncated = UInt64(clamping: wire.truncatedAlerts ?? 0).addingClamped(UInt64(wire.alerts.count - alerts.count))
    }

    private struct Wire: Decodable {
        var version: String?
        var alerts: [Entry]
        var truncatedAlerts: Int64?

        enum CodingKeys: CodingKey { case version, alerts, truncatedAlerts }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            version = try container.decodeIfPresent(String.self, forKey: .version)
            alerts = try container.decode([Entry].self, forKey: .alerts)
            // A number is nice to have.
            truncatedAlerts = try? container.decodeIfPresent(Int64.self, forKey: .truncatedAlerts)
        }
    }

    /// One that cannot be read does not spoil the others.
    private struct Entry: Decodable {
        var alert: WireAlert?
        init(from decoder: any Decoder) throws { alert = try? WireAlert(from: decoder) }
    }

    fileprivate struct WireAlert: Decodable {
        var status: String
        var labels: [String: String]
        var annotations: [String: String]?
        var fingerprint: String
        var startsAt: String
    }
}

extension Alert {
    fileprivate init?(_ wire: AlertPayload.WireAlert) {
        guard let status = Status(rawValue: wire.status), let start = WallTime(rfc3339: wire.startsAt),
            (1...AlertDesk.Limits.fingerprintBytes).contains(wire.fingerprint.utf8.count)
        else { return nil }
        self.init(
            status: status, labels: wire.labels, summary: wire.annotations?["summary"] ?? wire.annotations?["description"],
            key: AlertKey(fingerprint: wire.fingerprint, startsAt: start))
    }
}

extension UInt64 {
    fileprivate func addingClamped(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
