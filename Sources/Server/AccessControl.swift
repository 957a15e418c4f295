// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Credentials
import Deadlines
import Exposition
public import Logging
import Synchronization
import WebConfiguration

/// Who may ask for what over the network: users, tokens, certificates and limits, as the files say it now.
///
/// The files are looked at once a second, and what changed is taken over for what comes next: certificates and passwords can
/// be replaced while the daemon runs. What is wrong with a changed file is logged, and what was there before holds.
public final class AccessControl: Sendable {
    private struct State {
        var files: AccessFiles
        var rules: AccessRules
        /// Of all files that were read last, whether what they say was taken or not.
        var marks: [String: FileMark]
        var bucket: TokenBucket?
        var isGood = true
    }

    private let state: Mutex<State>
    private let reader = BlockingPool(name: "access files", limits: .init(kept: 1, most: 4))
    private let logger: Logger
    let passwords = PasswordChecks()
    let rejections: Rejections
    let requests = RequestCounts()

    /// Reads the files. Blocks for as long as the disk takes.
    /// - Parameter webConfiguration: the file in the format that Prometheus' exporters share. Nil: plain HTTP, open for reading.
    public init(webConfiguration: String? = nil, tokens: [TokenSource] = [], logger: Logger) throws(AccessError) {
        let files = AccessFiles(webConfiguration: webConfiguration, tokens: tokens)
        let found = AccessControl.read(files)
        let loaded = try found.result.get()
        for warning in loaded.warnings { logger.warning("\(warning)") }
        state = Mutex(
            State(
                files: files, rules: loaded.rules, marks: found.marks,
                bucket: loaded.rules.rateLimit.map { TokenBucket($0) }))
        self.logger = logger
        rejections = Rejections(logger: logger)
    }

    /// As they are now.
    var rules: AccessRules { state.withLock { $0.rules } }

    /// Whether connections are secured. Does not change while the daemon runs.
    var isSecured: Bool { rules.tls != nil }

    /// Whether one more request may come now.
    func takesOneMore() -> Bool { state.withLock { $0.bucket?.take(at: .now) ?? true } }

    var figures: RequestFigures {
        var figures = rejections.figures
        (figures.answered, figures.inFlight) = requests.counts
        figures.webConfigurationIsGood = state.withLock { $0.files.webConfiguration == nil ? nil : $0.isGood }
        return figures
    }

    /// Reads all files again, with these tokens from now on.
    public func reload(tokens: [TokenSource]) async throws(AccessError) {
        var files = state.withLock { $0.files }
        files.tokens = tokens
        try await take(files)
    }

    /// Reads all files again if one of them changed.
    func refresh() async {
        let (files, known) = state.withLock { ($0.files, $0.marks) }
        let now = try? await reader.run(deadline: AccessControl.deadline) { known.keys.map { ($0, FileMark(of: $0)) } }
        guard let now, now.contains(where: { known[$0.0] != $0.1 }) else { return }
        do throws(AccessError) {
            try await take(files)
            logger.notice("who may come in was read again")
        } catch {
            logger.error("who may come in was not read again, and all stays as it was: \(error)")
        }
    }

    private func take(_ files: AccessFiles) async throws(AccessError) {
        let found: Found
        do {
            found = try await reader.run(deadline: AccessControl.deadline) { AccessControl.read(files) }
        } catch {
            throw AccessError(description: "the files were not read within \(AccessControl.deadline): the disk does not answer")
        }
        var result = found.result
        if case .success(let loaded) = result, (loaded.rules.tls != nil) != isSecured {
            let text = "TLS is switched on and off by a restart only: `systemctl restart headroom`"
            result = .failure(AccessError(description: "\(files.webConfiguration ?? "the web configuration"): \(text)"))
        }
        state.withLock { state in
            state.marks = found.marks
            state.isGood = false
            guard case .success(let loaded) = result else { return }
            state.isGood = true
            state.files = files
            if loaded.rules.rateLimit != state.rules.rateLimit { state.bucket = loaded.rules.rateLimit.map { TokenBucket($0) } }
            state.rules = loaded.rules
        }
        for warning in try result.get().warnings { logger.warning("\(warning)") }
    }

    private typealias Loaded = (rules: AccessRules, warnings: [String], files: [String])

    private struct Found: Sendable {
        var result: Result<Loaded, AccessError>
        var marks: [String: FileMark]
    }

    private static let deadline = Duration.seconds(10)

    /// What a file is like is noted before it is read: what changes meanwhile is seen at the next look.
    private static func read(_ files: AccessFiles) -> Found {
        var names = Set(files.tokens.map(\.file))
        if let path = files.webConfiguration {
            names.insert(path)
            if let tls = try? WebConfiguration.load(path: path).tls { names.formUnion(tls.files) }
        }
        let marks = Dictionary(uniqueKeysWithValues: names.map { ($0, FileMark(of: $0)) })
        return Found(result: Result { () throws(AccessError) in try files.load() }, marks: marks)
    }
}

extension AccessControl {
    /// Whether the tokens can be read.
    public static func check(tokens: [TokenSource]) throws(AccessError) {
        _ = try AccessFiles(webConfiguration: nil, tokens: tokens).load()
    }

    /// Whether a web configuration and the files that it names can be used, what is odd about them, and what they set up.
    public static func check(webConfiguration: String) throws(AccessError) -> (summary: String, warnings: [String]) {
        let found = try AccessFiles(webConfiguration: webConfiguration, tokens: []).load()
        let count = found.rules.credentials.users.count
        let users = count == 0 ? "anybody may read" : "\(count) \(count == 1 ? "user" : "users")"
        return ("\(found.rules.tls == nil ? "plain HTTP" : "TLS"), \(users)", found.warnings)
    }
}
