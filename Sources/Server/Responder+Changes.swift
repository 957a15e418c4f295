// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Credentials
import Engine
import Exposition
import HTTPTypes
import Hummingbird
import Journal
import NIOCore
import Policy

/// Requests that change something.
extension Responder {
    func change(_ route: Route, _ request: Request, _ connection: Connection, for caller: Caller) async throws -> Response {
        if route == .reload { return try await reload() }
        let most = route == .alerts ? Limits.alerts : Limits.body
        let body = Array(try await request.body.collect(upTo: most).readableBytesView)
        let wishes = Wishes(asker: caller.asker(request))
        // Read before a key is looked at, so that what cannot be understood is not remembered.
        let work =
            if route == .alerts { try await receiving(body, request, from: caller) } else {
                try work(for: route, body, wishes) { try access.require($0, of: caller, connection) }
            }
        guard let key = try IdempotencyKey(request.headers) else { return try await work().response }
        let path = route.path + (request.uri.query.map { "?\($0)" } ?? "")
        let digest = "POST \(path) by \(wishes.asker.author)\n" + String(decoding: body, as: UTF8.self)
        switch await daemon.once(key.text, request: digest, { await key.answer(to: work) }) {
        case .first(let answer): return Response(answer, isAgain: false)
        case .again(let answer): return Response(answer, isAgain: true)
        case .different:
            throw Refused(
                .unprocessableContent, "this Idempotency-Key came with another request before",
                hint: "make up a new key for each request, and send the same body with it again")
        case .underWay:
            throw Refused(.conflict, "the request with this Idempotency-Key is being done", hint: "ask again in a moment")
        case .cutOff:
            throw Refused(
                .conflict, "the request with this Idempotency-Key was begun before a restart, and how it ended is not known",
                hint: "see how things are, then ask with a new key if need be")
        }
    }

    private func reload() async throws -> Response {
        do {
            try await daemon.reload()
        } catch {
            throw Refused(
                .internalServerError, error.text, hint: "the rules from before hold; `headroom check-config` checks a file")
        }
        return Response(text: "The configuration was read again.\n")
    }

    private func work(
        for route: Route, _ body: [UInt8], _ wishes: Wishes, require: (Scope) throws -> Void
    ) throws -> @Sendable () async throws -> Outcome {
        switch route {
        case .grow(let volume):
            let wish = try wishes.grow(volume, body)
            if wish.exceedsReserve { try require(.breakGlass) }
            return growing(wish)
        case .hold(let volumes): return setting(try wishes.hold(volumes, body))
        case .pin(let volumes): return setting(try wishes.pin(volumes, body))
        case .release(let volumes): return lifting(try wishes.lift(.volumes(volumes), body))
        case .pause(let pool): return setting(try wishes.pause(pool.map { .pool($0) } ?? .all, body))
        case .resume(let pool): return lifting(try wishes.lift(pool.map { .pool($0) } ?? .all, body))
        default: throw Refused.method(.post, for: route)
        }
    }

    private func setting(_ request: OverrideRequest) -> @Sendable () async throws -> Outcome {
        { [daemon] in try Outcome(await daemon.override(request)) }
    }

    private func lifting(_ request: LiftRequest) -> @Sendable () async throws -> Outcome {
        { [daemon] in try Outcome(await daemon.lift(request)) }
    }

    private func growing(_ request: GrowRequest) -> @Sendable () async throws -> Outcome {
        { [daemon] in
            switch await daemon.grow(request) {
            case .planned(let order): return try Outcome(GrowDocument(planned: order))
            case .done(let growth): return try Outcome(GrowDocument(done: growth))
            case .permitted(let change): return try Outcome(GrowDocument(permitted: change))
            case .refused(let refusal): throw Refused(.conflict, ErrorDocument(refusal))
            case .unknown(let text): throw Refused(.notFound, text, hint: "`headroom status` lists all volumes")
            case .invalid(let text, let hint): throw Refused(.badRequest, text, hint: hint)
            case .failed(let text):
                throw Refused(.internalServerError, text, hint: "`headroom explain` and the log say how the volume is now")
            }
        }
    }
}

/// What came of a change, before it is a response.
struct Outcome {
    var document: [UInt8]

    init(_ document: some Encodable) throws { self.document = try Documents.encode(document) }

    init(_ answer: OverrideAnswer) throws {
        switch answer {
        case .changed(let change): try self.init(OverrideChangeDocument(change))
        case .refused(let refusal): throw Refused(.conflict, ErrorDocument(refusal))
        case .unknown(let text, let hint): throw Refused(.notFound, text, hint: hint)
        case .invalid(let text, let hint): throw Refused(.badRequest, text, hint: hint)
        }
    }

    var response: Response {
        Response(
            status: .ok, headers: [.contentType: Documents.contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: document)))
    }
}

/// Given by a client that may have to send its request again.
struct IdempotencyKey {
    static let longest = 255
    static let field = HTTPField.Name("Idempotency-Key")

    let text: String

    /// Nil without one.
    init?(_ headers: HTTPFields) throws {
        guard let name = IdempotencyKey.field, let text = headers[name] else { return nil }
        guard (1...IdempotencyKey.longest).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Refused(
                .badRequest, "the Idempotency-Key is not 1 to \(IdempotencyKey.longest) visible characters",
                hint: "a random UUID will do")
        }
        self.text = text
    }

    /// What is remembered of it: refusals too.
    func answer(to work: @Sendable () async throws -> Outcome) async -> JournaledAnswer.Answer {
        do {
            return .init(status: 200, body: String(decoding: try await work().document, as: UTF8.self))
        } catch let refused as Refused {
            return .init(status: refused.status.code, body: text(of: refused.document))
        } catch {
            let document = ErrorDocument(error: "this request failed in the server", hint: "the daemon's log says why")
            return .init(status: 500, body: text(of: document))
        }
    }

    private func text(of document: ErrorDocument) -> String {
        String(decoding: (try? Documents.encode(document)) ?? [], as: UTF8.self)
    }
}

extension Response {
    /// `isAgain`: it was given before, and nothing was done now.
    fileprivate init(_ answer: JournaledAnswer.Answer, isAgain: Bool) {
        var headers: HTTPFields = [.contentType: Documents.contentType]
        if isAgain, let name = HTTPField.Name("Idempotency-Replayed") { headers[name] = "true" }
        self.init(
            status: .init(code: answer.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: answer.body)))
    }
}

extension Caller {
    /// Who asks, without a reason.
    func asker(_ request: Request) -> Asked {
        guard case .local = identity else { return Asked(author: name, source: .api) }
        let isCommand = HTTPField.Name("Headroom-Client").flatMap { request.headers[$0] } == "cli"
        return Asked(author: name, source: isCommand ? .cli : .api)
    }
}
