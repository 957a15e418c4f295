// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FoundationEssentials
import HTTPClient
public import Units

/// An instance's record as LXD or Incus keeps it, and the request that makes it tell a larger size: the daemon grows
/// the volume and the filesystem on it before it answers. Blocks.
public struct LXDBooks: Sendable {
    private let asking: LXDAsking
    /// For a growth, which waits for LVM's lock and for the filesystem. It goes on in the daemon even after that.
    static let patience = Duration.seconds(600)

    public init() { self.init(asking: LXDDaemons.overSocket) }

    init(asking: @escaping LXDAsking) { self.asking = asking }

    /// The record as it is now.
    public func record(of volume: LXDVolume) throws(LXDBooksError) -> LXDRecord {
        do throws(LXDError) {
            let answer = try ask(volume, ClientRequest(.get, volume.path), within: LXDDaemons.Limits.answer)
            return try LXDRecord(answer, of: volume)
        } catch {
            // A question that is late takes no effect.
            if case .http(.timeout) = error { throw LXDBooksError.silence(of: volume, error) }
            throw LXDBooksError(error, from: volume)
        }
    }

    /// Has the daemon grow the volume, and comes back when it has. `.changed` when somebody else has changed the instance
    /// since the record was read, or is at it.
    public func set(_ size: Bytes, in record: LXDRecord, live: Bytes) throws(LXDBooksError) {
        let volume = record.volume
        let request = try record.request(size: size, live: live)
        do throws(LXDError) {
            let answer = try ask(volume, request, within: LXDBooks.patience)
            guard answer.status < 400 else { throw LXDError.refusal(answer) }
            // Some do it beside the answer.
            if answer.status == 202 { try wait(for: LXDAnswers.decode(LXDAnswers.Operation.self, from: answer), of: volume) }
        } catch {
            throw LXDBooksError(error, from: volume)
        }
    }

    private func wait(for operation: LXDAnswers.Operation, of volume: LXDVolume) throws(LXDError) {
        guard let id = operation.id else { throw .unintelligible("its answer names no operation") }
        let path = "/1.0/operations/\(id.urlEncoded)/wait"
        let answer = try ask(volume, ClientRequest(.get, path), within: LXDBooks.patience)
        let ended = try LXDAnswers.decode(LXDAnswers.Operation.self, from: answer)
        guard ended.statusCode == 200 else {
            throw .said(status: ended.statusCode ?? 0, ended.error ?? "the operation did not succeed")
        }
    }

    private func ask(_ volume: LXDVolume, _ request: ClientRequest, within timeout: Duration) throws(LXDError) -> ClientAnswer {
        do throws(ClientError) { return try asking(volume.socketPath, request, timeout) } catch { throw .http(error) }
    }
}

/// What is recorded of an instance's root disk, at one moment.
public struct LXDRecord: Sendable {
    public let volume: LXDVolume
    /// Nil where none is recorded.
    public let size: Bytes?
    private let device: String
    private let settings: [String: String]
    private let etag: String

    /// What is on record is less than so long a device. LVM's rounding up is no difference.
    public func tellsLess(than length: Sectors) -> Bool {
        size.map { $0 + LogicalVolume.standardExtent <= length.bytes } ?? false
    }

    init(_ answer: ClientAnswer, of volume: LXDVolume) throws(LXDError) {
        let instance = try LXDAnswers.decode(LXDAnswers.Instance.self, from: answer)
        guard let etag = answer.etag, let root = instance.root else {
            throw .unintelligible("it tells no root disk of instance \(volume.instance), or not which state of it that is")
        }
        guard root.settings["pool"] == volume.storagePool else {
            throw .unintelligible("instance \(volume.instance) has its root disk in another storage pool now")
        }
        var size: Bytes?
        if let text = root.settings["size"] {
            size = LXDSize.parse(text)
            guard size != nil else { throw .unintelligible("the size `\(text)` of \(volume.instance) cannot be understood") }
        }
        self.volume = volume
        self.size = size
        self.etag = etag
        device = root.device
        settings = root.settings
    }

    /// Sets the size of the root disk and leaves all else as it is. A disk of a profile becomes the instance's own, whole.
    ///
    /// A size below the volume's would have the volume cut at the instance's next start.
    func request(size: Bytes, live: Bytes) throws(LXDBooksError) -> ClientRequest {
        guard size >= max(live, self.size ?? .zero) else {
            let recorded = self.size.map { "\($0)" } ?? "no size"
            throw .refused(
                "\(volume.daemon.title) is not told \(size) of instance \(volume.instance), since its volume has \(live) and"
                    + " \(recorded) is on record: see `\(volume.daemon.command) config show \(volume.instance) --expanded`")
        }
        var settings = settings
        settings["size"] = LXDSize.text(size)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let body = try? encoder.encode(["devices": [device: settings]]) else {
            throw .refused("the root disk of \(volume.instance) cannot be written as JSON")
        }
        return ClientRequest(.patch, volume.path, headers: ["if-match": etag], body: Array(body))
    }
}

extension LXDVolume {
    fileprivate var path: String { "/1.0/instances/\(instance.urlEncoded)?project=\(project.urlEncoded)" }
}

public enum LXDBooksError: Error, Hashable, Sendable {
    /// Nothing was changed: it would harm, or nobody is there to ask.
    case refused(String)
    case failed(String)
    /// Nothing was changed: somebody else was quicker. Worth another try.
    case changed
    /// There is no answer, and it may still take effect.
    case late(Duration)

    init(_ error: LXDError, from volume: LXDVolume) {
        let title = volume.daemon.title
        switch error {
        case .said(status: 412, _): self = .changed
        // Its own lock on the instance (operationlock.go), which it tells by words alone.
        case .said(_, let text) where text.contains("busy running") || text.contains("matching non-reusable operation"):
            self = .changed
        case .said(_, let text): self = .failed("\(title) says of instance \(volume.instance): \(text)")
        case .http(.timeout(let timeout)): self = .late(timeout)
        case .http(.nobodyListens), .http(.permissionDenied): self = .silence(of: volume, error)
        case .http, .unintelligible: self = .failed("\(title) at \(volume.socketPath): \(error)")
        }
    }

    static func silence(of volume: LXDVolume, _ error: LXDError) -> LXDBooksError {
        .refused("\(volume.daemon.title) does not answer at \(volume.socketPath) (\(error)): see whether it runs, and its log")
    }
}
