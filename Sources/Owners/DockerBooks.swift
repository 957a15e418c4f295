// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Sandbox
import Synchronization
public import Units

/// dockerd's records as Headroom needs them to have a growth last: read, and made to tell the grown length. Blocks.
public final class DockerBooks: Sendable {
    private struct Known {
        var search = DockerRoots()
        var roots: [DockerPrefix: String] = [:]
    }

    private let files: HostFiles
    private let known = Mutex(Known())

    public init(files: HostFiles = HostFiles()) { self.files = files }

    /// What a container is to Docker, as far as its record on the disk tells.
    public enum Life: Hashable, Sendable {
        case there
        /// `docker rm` has begun.
        case ending
        case gone
        /// The record cannot be read.
        case unknown
    }

    /// What dockerd has on record of a device. Nil when it has none any more.
    public func record(of volume: DeviceName) throws(DockerBooksError) -> DockerRecord? {
        let place = try place(of: volume)
        if let record = try read(place.path) { return record }
        // Docker's folder is there: had it been unmounted, nothing could be said.
        if (try? files.status(of: place.folder)) != nil { return nil }
        throw .failed(errno: ENOENT, text: "the folder \(place.folder) of Docker's records is not there: is it mounted?")
    }

    /// Has the record tell at least this length, on the disk when it returns. `deviceID`: the volume's thin id. Refused,
    /// and nothing written, when the record is not this volume's, or says that it is being deleted.
    public func recordLength(_ length: Sectors, of volume: DeviceName, deviceID: UInt32) throws(DockerBooksError) {
        let path = try place(of: volume).path
        guard let before = try? files.status(of: path), let record = try read(path) else {
            throw .refused("Docker has no record \(path) of \(volume) any more: it was removed")
        }
        guard record.deviceID == deviceID else {
            throw .refused("Docker's record \(path) is of device id \(record.deviceID), and \(volume) is \(deviceID)")
        }
        if record.isDeleted { throw .refused("Docker is removing \(volume): its record says so") }
        do throws(ReplaceError) {
            // It may have been written by somebody who crashed before it was on the disk.
            guard record.size < length.bytes else { return try files.sync(path) }
            guard let bytes = record.bytes(withSize: length.bytes) else {
                throw ReplaceError(errno: 0, text: DockerBooks.notARecord(path))
            }
            try files.replace(path, with: bytes, expecting: before)
        } catch {
            if error.errno == 0 { throw .refused(error.text) }
            throw .failed(errno: error.errno, text: error.text)
        }
    }

    /// Whether Docker still has the container that lives on a volume.
    public func life(of container: String, on volume: DeviceName) -> Life {
        guard let name = DockerName(volume), let root = root(of: name.prefix) else { return .unknown }
        do throws(RecordError) {
            let path = "\(root)/containers/\(container)/config.v2.json"
            let record = try JSONRecord.decode(
                Configuration.self, at: path, limit: DockerRecords.Limits.configurationBytes, in: files)
            let isEnding = record.state.isDead ?? false || record.state.isBeingRemoved ?? false
            return isEnding ? .ending : .there
        } catch {
            return error.isMissing && (try? files.status(of: root + "/containers")) != nil ? .gone : .unknown
        }
    }

    /// Whether a dockerd runs on the data root of a volume: it holds a lock on its list of volumes all the while (bbolt's, in
    /// moby's volume/service/store.go, taken before it starts containers). Nil when that cannot be told, and a
    /// dockerd may always be in a namespace of processes that this one does not see.
    public func isServed(_ volume: DeviceName) -> Bool? {
        guard let name = DockerName(volume), let root = root(of: name.prefix),
            let list = try? files.status(of: root + "/volumes/metadata.db"),
            let locks = try? files.contents(of: "/proc/locks", limit: Limits.lockBytes)
        else { return nil }
        // `2: FLOCK  ADVISORY  WRITE 1922 fe:00:16220182 0 EOF`. The device there is not always stat's (btrfs), the inode is.
        return locks.split(separator: UInt8(ascii: "\n")).contains { line in
            let fields = String(decoding: line, as: UTF8.self).split(separator: " ")
            return fields.count > 5 && fields[1] == "FLOCK" && fields[5].hasSuffix(":\(list.inode)")
        }
    }

    enum Limits {
        /// Of /proc/locks; a line has some 60.
        static let lockBytes = 4 << 20
    }

    private struct Configuration: Decodable {
        var state: State

        struct State: Decodable {
            var isDead: Bool?
            var isBeingRemoved: Bool?

            enum CodingKeys: String, CodingKey { case isDead = "Dead", isBeingRemoved = "RemovalInProgress" }
        }

        enum CodingKeys: String, CodingKey { case state = "State" }
    }

    /// Nil when there is none.
    private func read(_ path: String) throws(DockerBooksError) -> DockerRecord? {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try files.contents(of: path, limit: DockerRecord.Limits.bytes)
        } catch {
            if error.isMissing { return nil }
            if case .system(let errno) = error.cause { throw .failed(errno: errno, text: "\(error)") }
            throw .refused("\(error)")
        }
        guard let record = DockerRecord(parsing: bytes) else { throw .refused(DockerBooks.notARecord(path)) }
        return record
    }

    private static func notARecord(_ path: String) -> String {
        "\(path) is not what Docker writes there, so it is not touched: see what it holds"
    }

    private func place(of volume: DeviceName) throws(DockerBooksError) -> (folder: String, path: String) {
        guard let name = DockerName(volume) else { throw .refused("\(volume) is no device of Docker's: its name says so") }
        guard let root = root(of: name.prefix) else {
            throw .failed(errno: ENOENT, text: "no data root of Docker was found for \(name.prefix): is it mounted?")
        }
        let folder = root + "/devicemapper/metadata"
        return (folder, "\(folder)/\(name.hash)")
    }

    /// Checked each time: what was found there before may be another's by now.
    private func root(of prefix: DockerPrefix) -> String? {
        known.withLock { known in
            if let root = known.roots[prefix], DockerRoots.is(root, rootOf: prefix, in: files) { return root }
            var complaints: [OwnerComplaint] = []
            let found = known.search.root(of: prefix, mountPoints: mountPoints(), in: files, complaints: &complaints)
            known.roots[prefix] = found
            return found
        }
    }

    /// Of the host.
    private func mountPoints() -> [String] {
        let table = (try? files.contents(of: HostView.mountTable, limit: 16 << 20)) ?? []
        return table.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
            return fields.count > 4 ? String(decoding: fields[4], as: UTF8.self) : nil
        }
    }
}

public enum DockerBooksError: Error, Hashable, Sendable {
    /// Nothing was written: the record is not what it should be.
    case refused(String)
    case failed(errno: Int32, text: String)
}

extension DockerBooksError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .refused(let text), .failed(_, let text): text
        }
    }
}
