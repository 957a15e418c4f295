// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Engine
public import Exposition
import HTTPClient
public import Journal
import Units

extension SocketClient {
    public func status() async throws(SocketClientError) -> StatusDocument {
        try document(try await get(Route.status.path))
    }

    /// `volume` is a volume's name, a container's name or id, or a prefix of the id.
    public func explain(_ volume: String) async throws(SocketClientError) -> ExplainDocument {
        try document(try await get(Route.explain(volume).path))
    }

    /// A large growth takes its time: choose the timeout for it.
    public func grow(_ request: GrowRequest) async throws(SocketClientError) -> GrowDocument {
        try await change(Route.grow(request.volume), WishDocument(request))
    }

    public func overrides() async throws(SocketClientError) -> [OverrideDocument] {
        try document(try await get(Route.overrides.path))
    }

    public func history(_ query: HistoryQuery) async throws(SocketClientError) -> HistoryDocument {
        try document(try await get(HistoryWish(query, verifies: false).path))
    }

    /// Of a long history it takes its time: choose the timeout for it.
    public func verifyHistory() async throws(SocketClientError) -> HistoryDocument {
        try document(try await get(HistoryWish(HistoryQuery(), verifies: true).path))
    }

    public func override(_ request: OverrideRequest) async throws(SocketClientError) -> OverrideChangeDocument {
        let route: Route
        switch (request.kind, request.target) {
        case (.hold, .volumes(let text)): route = .hold(text)
        case (.pin, .volumes(let text)): route = .pin(text)
        case (.pause, .pool(let text)): route = .pause(text)
        case (.pause, .all): route = .pause(nil)
        case (.hold, _), (.pin, _), (.pause, _), (.exceedReserve, _), (.grow, _): throw .broken("nobody can ask for that")
        }
        return try await change(route, WishDocument(request))
    }

    public func lift(_ request: LiftRequest) async throws(SocketClientError) -> OverrideChangeDocument {
        switch request.target {
        case .volumes(let text): try await change(.release(text), WishDocument(request))
        case .pool(let text): try await change(.resume(text), WishDocument(request))
        case .all: try await change(.resume(nil), WishDocument(request))
        }
    }

    private func change<Document: Decodable>(_ route: Route, _ wish: WishDocument) async throws(SocketClientError) -> Document {
        let body: [UInt8]
        do { body = try Documents.encode(wish) } catch { throw .broken("\(error)") }
        return try document(try await post(route.path, body: body))
    }

    public func reload() async throws(SocketClientError) {
        _ = try accepted(try await post(Route.reload.path))
    }

    private func document<Document: Decodable>(_ answer: ClientAnswer) throws(SocketClientError) -> Document {
        let body = try accepted(answer)
        do {
            return try Documents.decode(Document.self, from: body)
        } catch {
            throw .broken("\(error)")
        }
    }

    /// The body of an answer that says yes.
    private func accepted(_ answer: ClientAnswer) throws(SocketClientError) -> [UInt8] {
        if answer.status == 200 { return answer.body }
        guard let document = try? Documents.decode(ErrorDocument.self, from: answer.body) else {
            throw .broken("status \(answer.status)")
        }
        throw .refused(status: answer.status, document)
    }
}

/// A wish, as the server reads it.
private struct WishDocument: Encodable {
    var to: Bytes?
    var by: Bytes?
    var exceedReserve: Bool?
    var threshold: Double?
    var target: Double?
    var maximumSize: Bytes?
    var `for`: String?
    var reason: String?
    var dryRun: Bool

    init(_ request: GrowRequest) {
        to = request.to
        by = request.by
        exceedReserve = request.exceedsReserve ? true : nil
        self.for = request.lasting?.wire
        reason = request.asked?.reason
        dryRun = request.dryRun
    }

    init(_ request: OverrideRequest) {
        if case .pin(let pin) = request.kind {
            threshold = pin.threshold?.value
            target = pin.target?.value
            maximumSize = pin.maximumSize
        }
        self.for = request.lasting?.wire
        reason = request.asked.reason
        dryRun = request.dryRun
    }

    init(_ request: LiftRequest) {
        reason = request.asked.reason
        dryRun = request.dryRun
    }
}

extension Duration {
    /// As the server reads it, to the millisecond.
    fileprivate var wire: String { "\(nanosecondsClamped / 1_000_000)ms" }
}
