// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Exposition
import HTTPTypes
import Hummingbird
import Policy

/// Alertmanager's webhook. It sends again what is answered with a 5xx, and nothing else: so 503 is for what can be done
/// later, 200 for all that is settled, whatever came of it.
extension Responder {
    func receiving(
        _ body: [UInt8], _ request: Request, from caller: Caller
    ) async throws -> @Sendable () async throws -> Outcome {
        let isDry = try isDryRun(request)
        let payload: AlertPayload
        do throws(Refused) { payload = try AlertPayload(body) } catch {
            await daemon.noteUnreadableAlerts(error.document.error)
            throw error
        }
        let delivery = AlertDelivery(alerts: payload.alerts, mayBreakGlass: caller.may(.breakGlass), dryRun: isDry)
        return { [daemon] in
            let answers = await daemon.receive(delivery)
            func complain(_ status: HTTPResponse.Status, about result: AlertResult, hint: String) throws {
                let found = answers.filter { $0.result == result }
                guard let first = found.first else { return }
                throw Refused(status, "\(found.count) of \(answers.count) alerts: \(first.text)", hint: hint)
            }
            try complain(.serviceUnavailable, about: .notNow, hint: "send it again: what was done is not done twice")
            try complain(
                .forbidden, about: .forbidden, hint: "the other alerts were acted upon; docs/alerts.md says how to allow it")
            return try Outcome(AlertResultsDocument(zip(payload.alerts, answers), truncated: payload.truncated))
        }
    }

    private func isDryRun(_ request: Request) throws(Refused) -> Bool {
        switch request.uri.queryParameters["dry_run"] {
        case nil, "false": return false
        case "true": return true
        case _?: throw Refused(.badRequest, "`dry_run` is true or false", hint: "leave it out, or write ?dry_run=true")
        }
    }
}
