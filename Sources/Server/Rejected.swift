// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import HTTPTypes

/// A request that is turned away before anything is done for it, and is counted.
struct Rejected: Error {
    let reason: RequestFigures.Rejection
    let refused: Refused

    init(_ reason: RequestFigures.Rejection, _ refused: Refused) {
        self.reason = reason
        self.refused = refused
    }

    static func unauthenticated(_ rules: AccessRules) -> Rejected {
        Rejected(.unauthenticated, challenge("this needs a user and a password, or a token", rules))
    }

    static func wrongCredentials(_ rules: AccessRules) -> Rejected {
        Rejected(.wrongCredentials, challenge("the user, the password or the token is wrong", rules))
    }

    static let rateLimited = Rejected(.rateLimit, later("more requests come than the rate limit lets in"))
    static let busy = Rejected(.busy, later("too many passwords wait to be checked"))

    private static func challenge(_ text: String, _ rules: AccessRules) -> Refused {
        var refused = Refused(
            .unauthorized, text, hint: "users are in the web configuration file, tokens are named in the configuration file")
        var schemes: [String] = []
        if !rules.credentials.users.isEmpty { schemes.append(#"Basic realm="Headroom", charset="UTF-8""#) }
        if !rules.credentials.tokens.isEmpty { schemes.append(#"Bearer realm="Headroom""#) }
        refused.headers[.wwwAuthenticate] = schemes.joined(separator: ", ")
        return refused
    }

    private static func later(_ text: String) -> Refused {
        var refused = Refused(.tooManyRequests, text, hint: "try again in a moment")
        refused.headers[.retryAfter] = "1"
        return refused
    }
}
