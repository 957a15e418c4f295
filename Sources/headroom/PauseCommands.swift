// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ArgumentParser
import Engine
import Policy

struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Grow nothing on a pool, or nothing at all, until `resume`.",
        discussion: """
            Holds at once, and over a restart of the daemon and of the host.

            EXAMPLES
              headroom pause --reason "upgrade"
              headroom pause depot --for 1h
            """)

    @Argument(help: "A pool. Without one: everything.")
    var pool: String?
    @Option(name: .customLong("for"), help: "How long: 30m, 2h, 1d. (default: until `resume`)")
    var lasting: LastingArgument?
    @Option(help: "Why, for those who find it later.")
    var reason: String?
    @OptionGroup var options: OverrideOptions

    func run() async throws {
        try await options.set(.pause, pool.map { .pool($0) } ?? .all, for: lasting, reason: reason)
    }
}

struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let what was paused be grown again.",
        discussion: """
            EXAMPLES
              headroom resume
              headroom resume depot
            """)

    @Argument(help: "The pool that was paused. Without one: everything.")
    var pool: String?
    @Option(help: "Why.")
    var reason: String?
    @OptionGroup var options: OverrideOptions

    func run() async throws { try await options.lift(pool.map { .pool($0) } ?? .all, reason: reason) }
}
