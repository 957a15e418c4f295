// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Units

/// Why there is no answer.
public enum LocalHTTPError: Error, Hashable, Sendable {
    /// Nobody listens on the socket.
    case nobodyListens
    case permissionDenied
    case timeout(Duration)
    /// It answered with more than is taken.
    case answerTooLarge
    /// It is no HTTP, or ended too soon: for people.
    case broken(String)

    init(_ error: any Error) {
        switch error {
        case let error as LocalHTTPError: self = error
        case let error as IOError:
            switch error.errnoCode {
            case ENOENT, ECONNREFUSED, ENOTDIR: self = .nobodyListens
            case EACCES, EPERM: self = .permissionDenied
            default: self = .broken(String(cString: strerror(error.errnoCode)))
            }
        case ChannelError.eof: self = .broken("the connection was closed without an answer")
        case let error as NIOHTTPObjectAggregatorError where error == .frameTooLong: self = .answerTooLarge
        default: self = .broken("\(error)")
        }
    }
}

extension LocalHTTPError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .nobodyListens: "nobody listens"
        case .permissionDenied: "it is not open to this user"
        case .timeout(let timeout): "no answer within \(timeout.text)"
        case .answerTooLarge: "the answer is larger than can be taken"
        case .broken(let text): text
        }
    }
}
