// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ArgumentParser
import ConfigurationFile
import Credentials
import Engine
import Glibc
import Host
import Logging
import Notifier
import Policy
import Sandbox
import Server
import ServiceLifecycle
import Simulation
import Systemd
import Units

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch the host, serve /metrics, and grow what needs it where the mode is enforce.",
        discussion: """
            EXAMPLES
              headroom serve
              headroom serve --mode enforce --config.file /etc/headroom/headroom.yaml
              headroom serve --web.config.file /etc/headroom/web.yml
              headroom serve --host simulated:deploy/examples/simulated-host.yaml --web.listen-address 127.0.0.1:10787
            """)

    @OptionGroup var files: FileOptions
    @Option(help: "observe changes nothing, enforce grows; wins over the configuration file.")
    var mode: ModeArgument?
    @Option(name: .customLong("poll.interval"), help: "Between two looks at everything; wins over the configuration file.")
    var pollInterval: DurationArgument?
    @Option(help: "simulated:FILE serves a made-up host from FILE; needs no root.")
    var host: HostArgument = .linux
    @Option(
        name: .customLong("web.listen-address"), help: "Address to serve HTTP on; may be given more than once. (default: :10787)")
    var listenAddresses: [AddressArgument] = []
    @Flag(
        name: .customLong("web.systemd-socket"),
        help: "Serve the sockets that systemd hands over, or end if it hands over none. (default: if there are any)")
    var wantsHandedSockets = false
    @Option(name: .customLong("web.telemetry-path"), help: "Where metrics are served.")
    var telemetryPath = "/metrics"
    @Option(name: .customLong("web.config.file"), help: "TLS, users and limits, in the format of Prometheus' exporters.")
    var webConfigurationFile: String?
    @OptionGroup var socket: SocketOptions
    @OptionGroup var log: LogOptions

    func run() async throws {
        // Before anything is opened that could be taken for one of them.
        let handed = try handedSockets()
        // And before anything else: until then a container that is removed may be found busy.
        let copies = letGoOfCopies()
        let logger = log.makeLogger()
        if !copies.isEmpty {
            logger.info("let go of \(copies.count) copies of the host's mounts", metadata: ["first": "\(copies[0])"])
        }
        let loader = RulesLoader(
            file: files.configurationFile, isDefault: files.isDefault, mode: mode?.mode, pollInterval: pollInterval?.duration,
            logger: logger)
        let loaded = try loader.loadAtStart()
        let rules = loaded.rules
        let access: AccessControl
        do throws(AccessError) {
            access = try AccessControl(webConfiguration: webConfigurationFile, tokens: loaded.tokens, logger: logger)
        } catch {
            throw CommandError("\(error)")
        }
        let notifier = Notifier(loaded.notifications, logger: logger)
        switch host {
        case .simulated(let file):
            let simulated = try SimulatedHost.opened(file)
            logger.notice("this host is simulated, from \(file): nothing here is real")
            try await serve(
                simulated, handed: handed, books: .none, rules: rules, loader: loader, access: access, notifier: notifier,
                socketPath: socket.explicitPath, logger: logger)
        case .linux:
            let lock = try await ActingLock.taken(within: .seconds(10))
            let linux = try LinuxHost.opened()
            if let error = await linux.removeUnnamedDevices() { logger.error("a device half made was left behind: \(error)") }
            let books = await Books.opened(in: files.stateDirectory)
            let directory = files.stateDirectory
            try await serve(
                linux, handed: handed, books: books, reopenBooks: { await Books.opened(in: directory) }, rules: rules,
                loader: loader,
                access: access, notifier: notifier, socketPath: socket.path, logger: logger)
            // Held until here.
            _ = consume lock
        }
    }

    private func serve(
        _ host: any Host, handed: [Int32], books: Books, reopenBooks: (@Sendable () async -> Books)? = nil, rules: LoadedRules,
        loader: RulesLoader, access: AccessControl, notifier: Notifier, socketPath: String?, logger: Logger
    ) async throws {
        logger.notice(
            "headroom \(Version.number) starts",
            metadata: ["mode": "\(rules.rules.mode.rawValue)", "host": "\(host.kind)", "config": "\(rules.file ?? "defaults")"])
        let engine = Engine(
            host: host, rules: rules, books: books, version: Version.number, logger: logger, reopenBooks: reopenBooks
        ) { () throws(ReloadError) in try await loader.reload(access, notifier)
        }
        let given = listenAddresses.map(\.address)
        let addresses = handed.isEmpty && given.isEmpty ? [.standard] : handed.isEmpty ? given : []
        if !handed.isEmpty, !given.isEmpty { logger.warning("--web.listen-address does not hold: systemd handed over sockets") }
        let notifications = ServiceNotifications(manager: ServiceManager(), engine: engine)
        let server: Server
        do throws(ServerError) {
            server = try Server(
                daemon: engine, addresses: addresses, handed: handed, socketPath: socketPath, access: access,
                telemetryPath: telemetryPath, logger: logger, notifications: { notifier.figures },
                onListening: { _ in notifications.listens() })
        } catch {
            throw CommandError("\(error)")
        }
        notifications.expect(server.services.count)
        // They end in the order from last to first: systemd hears of it, the engine carries growths to their end, and then those
        // are told.
        let services: [any Service] =
            [
                NotifierService(notifier: notifier, engine: engine), EngineService(engine: engine),
                ReloadOnHangup(engine: engine, manager: notifications.manager),
                server.watch,
            ] + server.services + [notifications]
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        logger.notice("headroom ends")
    }
}

extension Serve {
    /// Where the unit gives a mount namespace of its own, and says so: one that others share, a person's shell say, is not ours
    /// to unmount in.
    private func letGoOfCopies() -> [String] {
        guard case .linux = host, getenv("HEADROOM_MOUNTS") != nil else { return [] }
        return MountCopies.letGo(
            needed: [files.configurationFile, files.stateDirectory] + [webConfigurationFile].compactMap { $0 })
    }

    private func handedSockets() throws(CommandError) -> [Int32] {
        let handed: [Int32]
        do throws(HandedSocketError) {
            handed = try HandedSockets.taken()
        } catch {
            throw CommandError("\(error)")
        }
        if wantsHandedSockets, handed.isEmpty {
            throw CommandError(
                "systemd handed over no socket",
                hint: "`systemctl enable --now headroom.socket`, or leave out --web.systemd-socket")
        }
        return handed
    }
}

private struct NotifierService: Service {
    let notifier: Notifier
    let engine: Engine

    func run() async throws {
        await cancelWhenGracefulShutdown { await notifier.run { engine.report() } }
    }
}

/// The loop as a service: told to stop, it carries the growths under way to their end.
private struct EngineService: Service {
    let engine: Engine

    func run() async throws {
        await cancelWhenGracefulShutdown { await engine.run() }
        // Left to the end of the process, the journal's thread may not get as far.
        await engine.closeBooks()
    }
}
