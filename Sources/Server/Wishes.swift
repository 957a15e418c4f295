// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Policy
import Units

/// What the bodies of requests mean. `asker` says who asks; the reason comes with the body.
struct Wishes {
    let asker: Asked

    /// `{"to": "42GiB"}`, or `{"by": "10GiB", "dry_run": true}`. A bare number is bytes.
    func grow(_ volume: String, _ bytes: [UInt8]) throws -> GrowRequest {
        let body = try WishBody(
            bytes, words: ["to", "by", "dry_run", "exceed_reserve", "for", "reason"],
            hint: #"send {"to": "42GiB"} or {"by": "10GiB"}, with "dry_run": true to see what would be done"#)
        let request = GrowRequest(
            volume: volume, to: try body.size("to"), by: try body.size("by"), dryRun: try body.flag("dry_run"),
            exceedsReserve: try body.flag("exceed_reserve"), lasting: try body.duration("for"), asked: try asked(body))
        if (request.to == nil) == (request.by == nil) { throw body.refused("the body has one of `to` and `by`") }
        if request.by == .zero { throw body.refused("`by` is more than nothing") }
        return request
    }

    func hold(_ volumes: String, _ bytes: [UInt8]) throws -> OverrideRequest {
        let body = try WishBody(
            bytes, words: ["for", "reason", "dry_run"], hint: #"send {"for": "2h", "reason": "why"}"#)
        return try request(.hold, .volumes(volumes), body)
    }

    func pin(_ volumes: String, _ bytes: [UInt8]) throws -> OverrideRequest {
        let body = try WishBody(
            bytes, words: ["maximum_size", "threshold", "target", "for", "reason", "dry_run"],
            hint: #"send {"maximum_size": "50GiB", "threshold": "90%", "for": "8h", "reason": "why"}"#)
        let pin = Override.Pin(
            threshold: try body.share("threshold"), target: try body.share("target"), maximumSize: try body.size("maximum_size"))
        return try request(.pin(pin), .volumes(volumes), body)
    }

    func pause(_ target: OverrideTarget, _ bytes: [UInt8]) throws -> OverrideRequest {
        let body = try WishBody(
            bytes, words: ["for", "reason", "dry_run"],
            hint: #"send {"reason": "why"}, with "for": "2h" to have it end by itself"#)
        return try request(.pause, target, body)
    }

    func lift(_ target: OverrideTarget, _ bytes: [UInt8]) throws -> LiftRequest {
        let body = try WishBody(bytes, words: ["reason", "dry_run"], hint: #"send {"reason": "why"}, or nothing"#)
        return LiftRequest(target: target, asked: try asked(body), dryRun: try body.flag("dry_run"))
    }

    private func request(
        _ kind: Override.Kind, _ target: OverrideTarget, _ body: WishBody
    ) throws -> OverrideRequest {
        OverrideRequest(
            kind: kind, target: target, asked: try asked(body), lasting: try body.duration("for"),
            dryRun: try body.flag("dry_run"))
    }

    private func asked(_ body: WishBody) throws -> Asked {
        var asked = asker
        asked.reason = try body.text("reason")
        return asked
    }
}
