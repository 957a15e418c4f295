// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ArgumentParser
import Engine
import Glibc
import Host
import Journal
import Units

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make grown devices anew after a boot, before their owners start.",
        discussion: """
            containerd, and whoever else makes devices at a size of its own, leaves a device that is there as it is. So \
            this runs once the pools are there and before they start: see headroom-restore.service. What it makes is \
            checked by the filesystem on it, and taken away again if that is another one. Docker's containers are left to \
            dockerd, whose record has the grown size.

            EXAMPLES
              headroom restore
            """)

    @Option(name: .customLong("state.directory"), help: "Where the journal is kept.")
    var stateDirectory = "/var/lib/headroom"

    func run() async throws {
        guard Journal.isThere(in: stateDirectory) else {
            write("nothing to restore: there is no journal in \(stateDirectory)\n", to: STDOUT_FILENO)
            return
        }
        let host = try LinuxHost.opened()
        let lock = try ActingLock()
        if let error = await host.removeUnnamedDevices() {
            write("a device half made was left behind: \(error)\n", to: STDERR_FILENO)
        }
        let restored = try await restore(on: host)
        // Held until here.
        _ = consume lock
        if restored.isEmpty { write("nothing to restore: no volume was grown that a boot takes away\n", to: STDOUT_FILENO) }
        for one in restored { write(RestoreText.line(one) + "\n", to: STDOUT_FILENO) }
        if restored.contains(where: \.hasFailed) { throw ExitCode(1) }
    }

    private func restore(on host: LinuxHost) async throws(CommandError) -> [Restoration.Restored] {
        let books = await Books.opened(in: stateDirectory)
        do throws(RestorationError) {
            switch books {
            case .journal(let journal):
                let restored = try await Restoration(host: host, journal: journal).run()
                await journal.close()
                return restored
            case .broken(let error, let remains?):
                write("\(error); devices are restored by what can be read of it\n", to: STDERR_FILENO)
                return try await Restoration(host: host, remains: remains).run()
            case .broken(let error, nil): throw .journal(error)
            case .none: return []
            }
        } catch {
            throw CommandError(error.description)
        }
    }
}

/// One kept volume's fate, in a line.
enum RestoreText {
    static func line(_ restored: Restoration.Restored) -> String {
        let name = restored.volume.name
        let line =
            switch restored.outcome {
            case .restored(let length): "restored \(name): its device is there again with \(length)"
            case .present: "left \(name): its device is there already"
            case .poolAbsent: "left \(name): its pool \(restored.volume.poolName) is not there"
            case .forgotten(let reason): "forgot \(name): \(reason)"
            case .failed(let text): "failed \(name): \(text)"
            }
        // Names may have any bytes in them.
        return Table.Cell(line).text
    }
}

extension Restoration.Restored {
    var hasFailed: Bool { if case .failed = outcome { true } else { false } }
}
