// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
public import YAML

extension SimulatedHost {
    /// A host in real time from a scenario in a YAML file (docs/simulated-hosts.md).
    ///
    /// - Throws: the first thing that is wrong with the file, and where.
    public static func load(file: String) throws(SimulationFileError) -> SimulatedHost {
        let scenario = try Scenario(parsing: try read(file), file: file)
        do {
            return try SimulatedHost(scenario, drive: .realTime(speed: scenario.speed))
        } catch {
            throw SimulationFileError(file: file, mark: nil, text: error.text)
        }
    }

    private static func read(_ file: String) throws(SimulationFileError) -> [UInt8] {
        func failure() -> SimulationFileError {
            SimulationFileError(file: file, mark: nil, text: "it cannot be read: \(String(cString: strerror(errno)))")
        }
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        // One byte more than is read, so that what is too large is seen to be.
        var bytes = [UInt8](repeating: 0, count: YAMLDocument.Limits.size + 1)
        var length = 0
        while length < bytes.count {
            let count = bytes[length...].withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { break }
            if count > 0 {
                length += count
            } else if errno != EINTR {
                throw failure()
            }
        }
        return Array(bytes.prefix(length))
    }
}

/// What is wrong with a scenario file, and where.
public struct SimulationFileError: Error, Hashable, Sendable, CustomStringConvertible {
    public var file: String
    /// Nil when it is the file as a whole.
    public var mark: Mark?
    public var text: String

    public init(file: String, mark: Mark?, text: String) {
        self.file = file
        self.mark = mark
        self.text = text
    }

    /// `FILE:LINE:COLUMN: what is wrong`, as compilers say it.
    public var description: String { "\(file):" + (mark.map { "\($0):" } ?? "") + " \(text)" }
}

extension Scenario {
    /// Reads a scenario as text. `file` is for complaints.
    ///
    /// - Throws: the first thing that is wrong, and where.
    public init(parsing bytes: [UInt8], file: String) throws(SimulationFileError) {
        do throws(Misreading) {
            var reader = ScenarioReader()
            self = try reader.read(bytes)
        } catch {
            throw SimulationFileError(file: file, mark: error.mark, text: error.text)
        }
    }
}
