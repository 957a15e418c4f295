// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Exposition
import HTTPClient
import Units

/// Why the daemon did not answer as asked.
public enum SocketClientError: Error, Hashable, Sendable {
    /// Nobody listens on the socket.
    case noDaemon(socketPath: String)
    case permissionDenied(socketPath: String)
    case timeout(Duration)
    /// It answered with more than is taken.
    case answerTooLarge
    /// It answered and did not do it: what is wrong, and what to do.
    case refused(status: Int, ErrorDocument)
    /// What came back is not what a daemon of this version says.
    case broken(String)

    init(_ error: ClientError, at path: String) {
        switch error {
        case .nobodyListens: self = .noDaemon(socketPath: path)
        case .permissionDenied: self = .permissionDenied(socketPath: path)
        case .timeout(let timeout): self = .timeout(timeout)
        case .answerTooLarge: self = .answerTooLarge
        case .broken(let text), .insecure(let text): self = .broken(text)
        case .unknownHost: self = .broken("\(error)")
        }
    }
}

extension SocketClientError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noDaemon(let path): "no daemon listens on \(path): start it with `systemctl start headroom` or `headroom serve`"
        case .permissionDenied(let path): "the daemon's socket \(path) is for root: run this as root"
        case .timeout(let timeout):
            "the daemon has not answered within \(timeout.text): what was asked may still be done; `headroom status` and its log say"
        case .answerTooLarge: "the daemon's answer is larger than can be taken: ask for less, one volume at a time"
        case .refused(_, let document): "\(document.error): \(document.hint)"
        case .broken(let text): "the daemon's answer cannot be understood (\(text)): is it of the same version?"
        }
    }
}
