// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// One request to a server.
public struct ClientRequest: Hashable, Sendable {
    public var method: Method
    /// Percent-encoded, with the query.
    public var path: String
    /// Beside those that say whom it is for, how long it is and that the connection is closed after it.
    public var headers: [String: String]
    /// JSON. Nil: none.
    public var body: [UInt8]?

    public enum Method: String, Hashable, Sendable {
        case get = "GET"
        case post = "POST"
        case patch = "PATCH"
    }

    public init(_ method: Method, _ path: String, headers: [String: String] = [:], body: [UInt8]? = nil) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }
}

/// What was answered, whatever its status.
public struct ClientAnswer: Hashable, Sendable {
    public var status: Int
    /// Of the entity, for asking that nobody has changed it meanwhile.
    public var etag: String?
    public var body: [UInt8]

    public init(status: Int, etag: String? = nil, body: [UInt8]) {
        self.status = status
        self.etag = etag
        self.body = body
    }
}
