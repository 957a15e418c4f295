// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Exposition
import HTTPTypes
import Hummingbird
import Inventory
import Journal
import Logging
import NIOCore
import NIOPosix

/// Answers every request. One for each door; they share the rendered text.
struct Responder: HTTPResponder {
    let daemon: any Daemon
    let door: Door
    let telemetryPath: String
    let scrapes: Scrapes
    let access: Access
    let notifications: @Sendable () -> NotificationFigures?

    func respond(to request: Request, context connection: Connection) async throws -> Response {
        guard door == .network else { return try await secured(request, connection) }
        access.control.requests.begin()
        let response: Response
        do {
            response = try await secured(request, connection)
        } catch {
            access.control.requests.end(with: HTTPResponse.Status.internalServerError.code)
            throw error
        }
        access.control.requests.end(with: response.status.code)
        return response
    }

    private func secured(_ request: Request, _ connection: Connection) async throws -> Response {
        var response = try await answer(request, connection)
        response.headers[.xContentTypeOptions] = "nosniff"
        if door == .network {
            for header in access.control.rules.headers {
                if let name = HTTPField.Name(header.name) { response.headers[name] = header.value }
            }
        }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: Request, _ connection: Connection) async throws -> Response {
        do {
            let route = Route(path: request.uri.path, telemetryPath: telemetryPath)
            let caller = try await access.admit(to: route, request, through: door, connection)
            guard let route else { throw Refused.noSuchPage(request.uri.path) }
            switch (request.method, route.changes) {
            case (.get, false), (.head, false): return try await read(route, request)
            case (.post, true): return try await change(route, request, connection, for: caller)
            default: throw Refused.method(request.method, for: route)
            }
        } catch let refused as Refused {
            return try Response(json: refused.document, status: refused.status, headers: refused.headers)
        } catch is NIOTooManyBytesError {
            let document = ErrorDocument(
                error: "the body is larger than is read here",
                hint: "a wish takes less than a hundred bytes; have Alertmanager send less at once with `max_alerts`")
            return try Response(json: document, status: .contentTooLarge)
        } catch {
            connection.logger.error("a request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            let document = ErrorDocument(error: "this request failed in the server", hint: "the daemon's log says why")
            return try Response(json: document, status: .internalServerError)
        }
    }

    private func read(_ route: Route, _ request: Request) async throws -> Response {
        let report = daemon.report()
        switch route {
        case .metrics: return try await metrics(request, of: report)
        case .page: return Page(report, telemetryPath: telemetryPath).response
        case .healthy: return Response(text: "Headroom is healthy.\n")
        case .ready: return ready(report)
        // Making a document of thousands of volumes takes long enough to be done aside.
        case .status: return try await aside { try Response(json: StatusDocument(report)) }
        case .pools: return try await aside { try Response(json: StatusDocument(report).pools) }
        case .volumes: return try await aside { try Response(json: StatusDocument(report).volumes) }
        case .explain(let volume): return try await aside { try explain(volume, in: report) }
        case .openAPI: return try openAPI(report)
        case .overrides: return try Response(json: report.overrides.map { OverrideDocument($0) })
        case .history: return try await history(try HistoryWish(query: request.uri.query ?? ""))
        case .reload, .alerts, .grow, .hold, .release, .pin, .pause, .resume: throw Refused.method(.get, for: route)
        }
    }

    private func history(_ wish: HistoryWish) async throws -> Response {
        do {
            if wish.verifies {
                let verification = try await daemon.verifyHistory()
                return try Response(json: HistoryDocument(verification))
            }
            let records = try await daemon.history(wish.query)
            return try await aside { try Response(json: HistoryDocument(records)) }
        } catch let error as JournalError {
            throw Refused(
                .serviceUnavailable, error.description, hint: "`headroom doctor` says more; try again once it is mended")
        }
    }

    private func openAPI(_ report: Report) throws -> Response {
        let bytes = try OpenAPI.text(version: report.version)
        return Response(
            status: .ok, headers: [.contentType: Documents.contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private func ready(_ report: Report) -> Response {
        if report.snapshot != nil { return Response(text: "Headroom is ready.\n") }
        let reason = report.polls.lastError.map { ": \($0)" } ?? ""
        return Response(text: "The host has not been looked at yet\(reason)\n", status: .serviceUnavailable)
    }

    private func explain(_ text: String, in report: Report) throws -> Response {
        guard let snapshot = report.snapshot else {
            throw Refused(
                .serviceUnavailable, "the host has not been looked at yet", hint: "try again in a moment; /-/ready says when")
        }
        let volume: Volume
        do {
            volume = try VolumeLookup.find(text, in: snapshot)
        } catch {
            let isAmbiguous = if case .ambiguous = error { true } else { false }
            throw Refused(isAmbiguous ? .conflict : .notFound, error.description, hint: error.hint)
        }
        guard let document = ExplainDocument(volume, in: report) else { throw Refused.noSuchPage(text) }
        return try Response(json: document)
    }

    /// Runs what would hold up others on a thread of its own.
    func aside<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await NIOThreadPool.singleton.runIfActive(work)
    }
}
