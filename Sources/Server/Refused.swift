// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import HTTPTypes
import Hummingbird
import NIOCore

/// A request that is not answered as asked: a status, and what is wrong and what to do in JSON.
struct Refused: Error {
    var status: HTTPResponse.Status
    var document: ErrorDocument
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ document: ErrorDocument) {
        self.status = status
        self.document = document
    }

    init(_ status: HTTPResponse.Status, _ error: String, hint: String) {
        self.init(status, ErrorDocument(error: error, hint: hint))
    }

    static func noSuchPage(_ path: String) -> Refused {
        Refused(.notFound, "there is nothing at \(path.prefix(200))", hint: "/ lists what there is")
    }

    static func method(_ method: HTTPRequest.Method, for route: Route) -> Refused {
        var refused = Refused(
            .methodNotAllowed, "\(method.rawValue.prefix(20)) is not answered here", hint: "use \(route.methods)")
        refused.headers[.allow] = route.methods
        return refused
    }
}

extension Response {
    init(json document: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) throws {
        var headers = headers
        headers[.contentType] = Documents.contentType
        let bytes = try Documents.encode(document)
        self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    init(text: String, status: HTTPResponse.Status = .ok) {
        self.init(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
