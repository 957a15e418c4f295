// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ArgumentParser
import Policy

struct Hold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Do not grow a volume, for a time.",
        discussion: """
            Holds at once, and over a restart of the daemon. A growth that is under way is carried to its end.

            EXAMPLES
              headroom hold web-1 --for 2h --reason "its log is being cleaned up"
              headroom hold 'pg-*' --for 8h --reason "migration"       all of them, those that start later too
              headroom release web-1
            """)

    @Argument(help: "A volume as `explain` takes it, or a quoted glob of volumes' or containers' names.")
    var volume: String
    @Option(name: .customLong("for"), help: "How long: 30m, 2h, 1d.")
    var lasting: LastingArgument
    @Option(help: "Why, for those who find it later.")
    var reason: String
    @OptionGroup var options: OverrideOptions

    func run() async throws { try await options.set(.hold, .volumes(volume), for: lasting, reason: reason) }
}

struct Pin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Give a volume other bounds than its rule says, for a time.",
        discussion: """
            EXAMPLES
              headroom pin web-1 --max 50GiB --for 8h --reason "batch run"
              headroom pin 'pg-*' --threshold 90% --target 80% --for 1d --reason "the pool is tight"
            """)

    @Argument(help: "A volume as `explain` takes it, or a quoted glob of volumes' or containers' names.")
    var volume: String
    @Option(name: .customLong("max"), help: "The largest size, in place of maximum_size: 50GiB.")
    var maximum: SizeArgument?
    @Option(help: "Act when used reaches this share: 90%.")
    var threshold: ShareArgument?
    @Option(help: "And grow so that used is this share afterwards.")
    var target: ShareArgument?
    @Option(name: .customLong("for"), help: "How long: 30m, 2h, 1d.")
    var lasting: LastingArgument
    @Option(help: "Why, for those who find it later.")
    var reason: String
    @OptionGroup var options: OverrideOptions

    func validate() throws {
        guard maximum != nil || threshold != nil || target != nil else {
            throw ValidationError("give at least one of --max SIZE, --threshold SHARE and --target SHARE")
        }
    }

    func run() async throws {
        let pin = Override.Pin(threshold: threshold?.ratio, target: target?.ratio, maximumSize: maximum?.bytes)
        try await options.set(.pin(pin), .volumes(volume), for: lasting, reason: reason)
    }
}

struct Release: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take away what is set for a volume: holds, pins, leave to exceed the reserve.",
        discussion: """
            What is set for a glob is released by the same glob; `headroom overrides` lists what there is.

            EXAMPLES
              headroom release web-1
              headroom release 'pg-*'
            """)

    @Argument(help: "What it was set for, or the number that `headroom overrides` shows.")
    var volume: String
    @Option(help: "Why.")
    var reason: String?
    @OptionGroup var options: OverrideOptions

    func run() async throws { try await options.lift(.volumes(volume), reason: reason) }
}
