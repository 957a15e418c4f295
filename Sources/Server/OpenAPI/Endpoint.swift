// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// One thing that can be asked of the API.
struct Endpoint: Hashable, Sendable {
    /// The route, with its template's name in place of a volume's or a pool's.
    let route: Route
    /// What a client may call it.
    let operation: String
    let summary: String
    /// What may stand behind the path's question mark, each of it or not.
    var parameters: [Parameter] = []
    /// Nil: text.
    let answer: Schema?
    /// The name of the body's schema; nil: none is read.
    var body: String?
    /// A body may be left out.
    var bodyIsOptional = false
    /// A dry run is asked for in the query, since the body is not ours.
    var hasDryRunInQuery = false
    /// Statuses beside 200 and what every request may get.
    var others: [Int] = []

    struct Parameter: Hashable, Sendable {
        let name: String
        let text: String
        let schema: Schema
    }

    static let volume = "{volume}"
    static let pool = "{pool}"

    /// All but the page and the metrics, whose path the operator chooses.
    static let all: [Endpoint] = [
        Endpoint(route: .status, operation: "status", summary: "Pools and volumes at a glance.", answer: .named("Status")),
        Endpoint(route: .pools, operation: "pools", summary: "All thin pools.", answer: .list(.named("Pool"))),
        Endpoint(route: .volumes, operation: "volumes", summary: "All thin volumes.", answer: .list(.named("Volume"))),
        Endpoint(
            route: .overrides, operation: "overrides",
            summary: "What people and alerts have set against the rules, what decides first at the top.",
            answer: .list(.named("Override"))),
        Endpoint(
            route: .history, operation: "history",
            summary: "What happened, oldest first: the newest entries that fit, or whether all of it is as it was written.",
            parameters: Schemas.history, answer: .named("History"), others: [400, 503]),
        Endpoint(
            route: .explain(volume), operation: "explain", summary: "Why a volume would or would not grow now, rule by rule.",
            answer: .named("Explanation"), others: [404, 409, 503]),
        change(.grow(volume), "grow", "Grow a volume's filesystem now.", "Grown", "GrowWish", others: [500]),
        change(.hold(volume), "hold", "Do not grow these volumes, for a time.", "OverrideChange", "HoldWish"),
        change(
            .pin(volume), "pin", "Give these volumes other bounds than their rule says, for a time.", "OverrideChange",
            "PinWish"),
        change(
            .release(volume), "release", "Take away what is set for these volumes.", "OverrideChange", "LiftWish",
            isOptional: true),
        change(.pause(pool), "pausePool", "Grow nothing on a pool.", "OverrideChange", "PauseWish", isOptional: true),
        change(
            .resume(pool), "resumePool", "Let a pool that was paused be grown on again.", "OverrideChange", "LiftWish",
            isOptional: true),
        change(.pause(nil), "pause", "Grow nothing at all.", "OverrideChange", "PauseWish", isOptional: true),
        change(
            .resume(nil), "resume", "Let what was paused as a whole be grown again.", "OverrideChange", "LiftWish",
            isOptional: true),
        Endpoint(
            route: .alerts, operation: "alerts", summary: "A notification of Alertmanager, version 4.",
            answer: .named("AlertResults"), body: "AlertNotification", hasDryRunInQuery: true, others: [400, 409, 413, 422, 503]),
        Endpoint(
            route: .openAPI, operation: "openapi", summary: "This document.",
            answer: Schema(json: ["type": "object"])),
        Endpoint(route: .healthy, operation: "healthy", summary: "200 as long as the server answers.", answer: nil),
        Endpoint(
            route: .ready, operation: "ready", summary: "200 once the host was looked at.", answer: nil, others: [503]),
        Endpoint(
            route: .reload, operation: "reload", summary: "Read the configuration file again.", answer: nil, others: [500]),
    ]

    private static func change(
        _ route: Route, _ operation: String, _ summary: String, _ answer: String, _ body: String, isOptional: Bool = false,
        others: [Int] = []
    ) -> Endpoint {
        Endpoint(
            route: route, operation: operation, summary: summary, answer: .named(answer), body: body, bodyIsOptional: isOptional,
            others: [400, 404, 409, 413, 422] + others)
    }

    /// `/api/v1/volumes/{volume}/explain`.
    var template: String {
        route.path.replacing(Endpoint.volume.percentEncoded, with: Endpoint.volume)
            .replacing(Endpoint.pool.percentEncoded, with: Endpoint.pool)
    }
}
