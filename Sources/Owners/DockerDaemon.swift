// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

/// A running dockerd, by its command line and the configuration that it names.
struct DockerDaemon: Sendable {
    /// Its data root, as it calls it and through its own root folder; with user namespaces, the folders of those in it.
    var roots: [String]
    /// Its dm.min_free_space; nil when nothing is said.
    var minimumFree: Ratio?

    private static let configurationBytes = 1 << 20
    private static let commandLineBytes = 256 << 10

    static func running(in files: any FileReading, complaints: inout [OwnerComplaint]) -> [DockerDaemon] {
        let processes = ((try? files.names(in: "/proc")) ?? []).filter { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        return processes.compactMap { daemon(process: $0, in: files, complaints: &complaints) }
    }

    private static func daemon(process: String, in files: any FileReading, complaints: inout [OwnerComplaint]) -> DockerDaemon? {
        guard let bytes = try? files.contents(of: "/proc/\(process)/cmdline", limit: commandLineBytes) else { return nil }
        let arguments = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        guard isDaemon(arguments) else { return nil }
        let options = Options(arguments)
        let rootOfProcess = "/proc/\(process)/root"
        var configuration: Configuration?
        let path = rootOfProcess + (options.values(of: "--config-file").last ?? DockerRoots.standardConfiguration)
        do throws(RecordError) {
            configuration = try JSONRecord.decode(Configuration.self, at: path, limit: configurationBytes, in: files)
        } catch {
            // Most have none.
            if !error.isMissing { complaints.append(error.complaint(owner: "docker")) }
        }
        let named = options.values(of: "--data-root", "-g", "--graph").last ?? configuration?.dataRoot ?? configuration?.graph
        let root = named ?? DockerRoots.standardRoot
        let storage = options.values(of: "--storage-opt") + (configuration?.storageOptions ?? [])
        let minimumFree = storage.lazy.compactMap(self.minimumFree(in:)).first
        let roots = [root, rootOfProcess + root]
        return DockerDaemon(roots: roots + roots.flatMap { remapped($0, in: files) }, minimumFree: minimumFree)
    }

    private static func isDaemon(_ arguments: [String]) -> Bool {
        guard let name = arguments.first?.split(separator: "/").last else { return false }
        // `docker daemon` and `docker -d` are how it was started up to 1.12.
        return name == "dockerd" || name == "docker" && (arguments.contains("daemon") || arguments.contains("-d"))
    }

    /// With --userns-remap everything lies in a folder `<uid>.<gid>` of the data root.
    private static func remapped(_ root: String, in files: any FileReading) -> [String] {
        ((try? files.names(in: root)) ?? []).filter { name in
            let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        }
        .map { "\(root)/\($0)" }
    }

    /// `dm.min_free_space=10%`: a whole number of percent.
    private static func minimumFree(in option: String) -> Ratio? {
        let parts = option.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "dm.min_free_space", parts[1].hasSuffix("%") else { return nil }
        guard let percent = UInt(parts[1].dropLast()), percent < 100 else { return nil }
        return .percent(percent)
    }

    private struct Configuration: Decodable {
        var dataRoot: String?
        var graph: String?
        var storageOptions: [String]?

        enum CodingKeys: String, CodingKey { case dataRoot = "data-root", graph, storageOptions = "storage-opts" }
    }

    /// Flags of a command line, as Go's pflag takes them: `--name value`, `--name=value`, `-g value`, `-gvalue`.
    private struct Options {
        let arguments: [String]

        init(_ arguments: [String]) { self.arguments = Array(arguments.dropFirst()) }

        func values(of names: String...) -> [String] {
            var values: [String] = []
            for (index, argument) in arguments.enumerated() {
                for name in names {
                    if argument == name, index + 1 < arguments.count {
                        values.append(arguments[index + 1])
                    } else if argument.hasPrefix(name + "=") {
                        values.append(String(argument.dropFirst(name.count + 1)))
                    } else if name.count == 2, argument.hasPrefix(name), argument.count > 2 {
                        values.append(String(argument.dropFirst(2)))
                    }
                }
            }
            return values
        }
    }
}
