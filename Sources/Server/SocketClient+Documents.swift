// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Engine
public import Exposition
import LocalHTTP
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
        let body: [UInt8]
        do {
            body = try Documents.encode(WishDocument(to: request.to, by: request.by, dryRun: request.dryRun))
        } catch {
            throw .broken("\(error)")
        }
        return try document(try await post(Route.grow(request.volume).path, body: body))
    }

    public func reload() async throws(SocketClientError) {
        _ = try accepted(try await post(Route.reload.path))
    }

    private func document<Document: Decodable>(_ answer: LocalAnswer) throws(SocketClientError) -> Document {
        let body = try accepted(answer)
        do {
            return try Documents.decode(Document.self, from: body)
        } catch {
            throw .broken("\(error)")
        }
    }

    /// The body of an answer that says yes.
    private func accepted(_ answer: LocalAnswer) throws(SocketClientError) -> [UInt8] {
        if answer.status == 200 { return answer.body }
        guard let document = try? Documents.decode(ErrorDocument.self, from: answer.body) else {
            throw .broken("status \(answer.status)")
        }
        throw .refused(status: answer.status, document)
    }
}

/// A wish to grow, as the server reads it.
private struct WishDocument: Encodable {
    var to: Bytes?
    var by: Bytes?
    var dryRun: Bool
}
