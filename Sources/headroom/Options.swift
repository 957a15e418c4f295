// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ArgumentParser
import Engine
import Logging
import Policy
import Server
import Units

struct FileOptions: ParsableArguments {
    static let defaultFile = "/etc/headroom/headroom.yaml"

    @Option(
        name: .customLong("config.file"),
        help: "The rules. (default: \(FileOptions.defaultFile), or the defaults where it is not there)")
    var file: String?
    @Option(name: .customLong("state.directory"), help: "Where the journal is kept.")
    var stateDirectory = "/var/lib/headroom"

    var configurationFile: String { file ?? FileOptions.defaultFile }
    /// Not asked for by name: it need not be there.
    var isDefault: Bool { file == nil }
}

struct SocketOptions: ParsableArguments {
    static let defaultPath = "/run/headroom/headroom.sock"

    @Option(name: .customLong("socket"), help: "The Unix socket for root. (default: \(SocketOptions.defaultPath))")
    var explicitPath: String?

    var path: String { explicitPath ?? SocketOptions.defaultPath }
}

struct LogOptions: ParsableArguments {
    @Option(name: .customLong("log.level"), help: "trace, debug, info, notice, warning, error or critical.")
    var level: LevelArgument = .info
    @Option(name: .customLong("log.format"), help: "text or json.")
    var format: FormatArgument = .text

    func makeLogger() -> Logger {
        Logger(label: "headroom") { [level, format] label in LogLines(label: label, format: format.format, logLevel: level.level)
        }
    }
}

struct OutputOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument { case table, json }

    @Option(help: "table or json.")
    var output: Format = .table
}

struct DurationArgument: ExpressibleByArgument {
    let duration: Duration

    init?(argument: String) {
        guard let duration = Duration(text: argument), duration >= .milliseconds(100), duration <= .seconds(3600) else {
            return nil
        }
        self.duration = duration
    }
}

enum HostArgument: ExpressibleByArgument {
    case linux
    case simulated(String)

    init?(argument: String) {
        if argument == "linux" {
            self = .linux
        } else if argument.hasPrefix("simulated:"), argument.count > "simulated:".count {
            self = .simulated(String(argument.dropFirst("simulated:".count)))
        } else {
            return nil
        }
    }

    var defaultValueDescription: String { "linux" }
}

enum ModeArgument: String, ExpressibleByArgument, CaseIterable {
    case observe, enforce

    var mode: Mode { self == .observe ? .observe : .enforce }
}

enum LevelArgument: String, ExpressibleByArgument, CaseIterable {
    case trace, debug, info, notice, warning, error, critical

    var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .info }
}

enum FormatArgument: String, ExpressibleByArgument, CaseIterable {
    case text, json

    var format: LogLines.Format { self == .text ? .text : .json }
}

struct SizeArgument: ExpressibleByArgument {
    let bytes: Bytes

    init?(argument: String) {
        guard let bytes = Bytes(argument) else { return nil }
        self.bytes = bytes
    }
}

struct AddressArgument: ExpressibleByArgument {
    let address: ListenAddress

    init?(argument: String) {
        guard let address = ListenAddress(argument) else { return nil }
        self.address = address
    }
}
