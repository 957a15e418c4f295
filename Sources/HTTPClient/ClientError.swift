// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Units

/// Why there is no answer.
public enum ClientError: Error, Hashable, Sendable {
    /// Nobody listens there.
    case nobodyListens
    case permissionDenied
    case timeout(Duration)
    /// It answered with more than is taken.
    case answerTooLarge
    /// No address is known by this name.
    case unknownHost(String)
    /// The connection could not be secured: for people.
    case insecure(String)
    /// It is no HTTP, or ended too soon: for people.
    case broken(String)

    init(_ error: any Error) {
        switch error {
        case let error as ClientError: self = error
        case let error as IOError:
            switch error.errnoCode {
            case ENOENT, ECONNREFUSED, ENOTDIR: self = .nobodyListens
            case EACCES, EPERM: self = .permissionDenied
            default: self = .broken(String(cString: strerror(error.errnoCode)))
            }
        case let error as NIOConnectionError:
            // A name may have several addresses: what was wrong with the first speaks for all.
            if let first = error.connectionErrors.first?.error { self.init(first) } else { self = .unknownHost(error.host) }
        case ChannelError.connectTimeout(let time): self = .timeout(.nanoseconds(time.nanoseconds))
        case let error as NIOSSLError: self = .insecure(ClientSecurity.text(of: error))
        case let error as NIOSSLExtraError: self = .insecure(ClientSecurity.text(of: error))
        case ChannelError.eof: self = .broken("the connection was closed without an answer")
        case let error as NIOHTTPObjectAggregatorError where error == .frameTooLong: self = .answerTooLarge
        default: self = .broken("\(error)")
        }
    }
}

extension ClientError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .nobodyListens: "nobody listens"
        case .unknownHost(let host): "no address is known for \(host)"
        case .insecure(let text): text
        case .permissionDenied: "it is not open to this user"
        case .timeout(let timeout): "no answer within \(timeout.text)"
        case .answerTooLarge: "the answer is larger than can be taken"
        case .broken(let text): text
        }
    }
}
