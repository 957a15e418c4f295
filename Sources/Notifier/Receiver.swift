// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ConfigurationFile
import Deadlines
import FoundationEssentials
import HTTPClient
import Notices
import Units

/// One Alertmanager, as it is posted to. Its files are read for each round, so that they can be replaced at any time.
actor Receiver {
    enum Limits {
        /// One post, from the connection to the answer.
        static let post = Duration.seconds(10)
        /// Reading the files.
        static let files = Duration.seconds(5)
        /// Of an answer, in the log.
        static let shown = 200
    }

    /// Why somebody was not told: for people. Never what is secret.
    struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        let description: String
    }

    /// What is read from files.
    struct Means: Sendable {
        var headers: [String: String] = [:]
        var security: ClientSecurity?
        /// That `security` was made from.
        fileprivate var authorities: [UInt8]?
    }

    private let alertmanager: NotificationSettings.Alertmanager
    private let generatorURL: String?
    private let files: BlockingPool
    /// From the round before, if that went well: to make a context anew each time costs milliseconds.
    private var known: Means?

    init(_ alertmanager: NotificationSettings.Alertmanager, generatorURL: String?, files: BlockingPool) {
        self.alertmanager = alertmanager
        self.generatorURL = generatorURL
        self.files = files
    }

    /// Posts all of it, or says why not. Some of it may be told even then.
    func post(_ round: Delivery.Round) async throws(Failure) {
        let means = try await means()
        known = nil
        let client = HTTPClient(host: alertmanager.host, port: alertmanager.port, security: means.security)
        for notices in round.posts {
            let body = Notice.json(notices, generatorURL: generatorURL)
            let request = ClientRequest(.post, alertmanager.prefix + "/api/v2/alerts", headers: means.headers, body: body)
            let answer: ClientAnswer
            do throws(ClientError) {
                answer = try await client.ask(request, within: Limits.post)
            } catch {
                throw Failure(description: "\(error)")
            }
            guard (200..<300).contains(answer.status) else { throw Failure(of: answer) }
        }
        known = means
    }

    private func means() async throws(Failure) -> Means {
        let (alertmanager, known) = (alertmanager, known)
        let result: Result<Means, Failure>
        do throws(DeadlineError) {
            result = try await files.run(deadline: Limits.files) {
                Result { () throws(Failure) in try Means(alertmanager, after: known) }
            }
        } catch {
            throw Failure(description: "its files were not read within \(Limits.files.text): the disk does not answer")
        }
        return try result.get()
    }
}

extension Receiver.Means {
    /// Reads the files. Blocks for as long as the disk takes.
    init(_ alertmanager: NotificationSettings.Alertmanager, after known: Receiver.Means? = nil) throws(Receiver.Failure) {
        switch alertmanager.login {
        case nil: break
        case .token(let file): headers["authorization"] = "Bearer \(try Receiver.Means.secret(file))"
        case .password(let user, let file):
            let pair = Data("\(user):\(try Receiver.Means.secret(file))".utf8)
            headers["authorization"] = "Basic \(pair.base64EncodedString())"
        }
        guard alertmanager.isSecure else { return }
        if let path = alertmanager.authorityFile { authorities = try Receiver.Means.bytes(path) }
        if let known, known.authorities == authorities, let security = known.security {
            self.security = security
            return
        }
        do throws(ClientSecurity.Failure) {
            security = try ClientSecurity(authorities: authorities)
        } catch {
            throw Receiver.Failure(description: "\(alertmanager.authorityFile.map { "\($0): " } ?? "")\(error)")
        }
    }

    private static func secret(_ path: String) throws(Receiver.Failure) -> String {
        var bytes = try bytes(path)
        while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
        guard !bytes.isEmpty, bytes.count <= 4096, bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
            let text = String(validating: bytes, as: UTF8.self)
        else {
            throw Receiver.Failure(description: "\(path) holds no single line of text: write what is secret alone into it")
        }
        return text
    }

    private static func bytes(_ path: String) throws(Receiver.Failure) -> [UInt8] {
        do throws(ConfigurationError) {
            return try ConfigurationFile.bytes(of: path)
        } catch {
            switch error {
            case .missing: throw Receiver.Failure(description: "\(path) is not there: make it, or take it out of `notifications`")
            case .unreadable(_, let reason): throw Receiver.Failure(description: "\(path) cannot be read: \(reason)")
            case .wrong: throw Receiver.Failure(description: "\(path) cannot be read")
            }
        }
    }
}

extension Receiver.Failure {
    init(of answer: ClientAnswer) {
        let advice =
            switch answer.status {
            case 300..<400: ": write the URL that it sends one on to"
            case 401, 403: ": check user, password and token"
            case 404, 405: ": is an Alertmanager (0.16 or later) under this URL, with this prefix?"
            default: ""
            }
        let text = String(decoding: answer.body.prefix(Receiver.Limits.shown), as: UTF8.self).unicodeScalars
            .map { $0.value < 0x20 || $0.value == 0x7F ? " " : String($0) }.joined().trimmed()
        self.init(description: "it answers \(answer.status)\(advice)\(text.isEmpty ? "" : " (\(text))")")
    }
}
