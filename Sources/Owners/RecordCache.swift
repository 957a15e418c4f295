// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FoundationEssentials

/// Why a record is of no use.
enum RecordError: Error, Hashable {
    case file(FileError)
    /// It was read and is not what it should be; the text says what it is.
    case unparsable(path: String, String)

    var isMissing: Bool {
        if case .file(let error) = self { error.isMissing } else { false }
    }

    func complaint(owner: String) -> OwnerComplaint {
        switch self {
        case .file(let error): OwnerComplaint(owner: owner, error)
        case .unparsable(let path, let why):
            OwnerComplaint(owner: owner, kind: "unparsable", text: "cannot understand \(path): \(why)")
        }
    }
}

/// Records by path, read again only when their file is another or has changed: an idle one costs a stat(2).
struct RecordCache<Value: Sendable>: Sendable {
    private struct Entry {
        let status: FileStatus
        let value: Result<Value, RecordError>
    }

    private var entries: [String: Entry] = [:]
    private let limit: Int

    /// Past `limit` records everything is forgotten and read once more, so that dead ones do not pile up.
    init(limit: Int = 50_000) { self.limit = limit }

    mutating func value(
        at path: String, in files: any FileReading, read: (String, any FileReading) throws(RecordError) -> Value
    ) throws(RecordError) -> Value {
        let status: FileStatus
        do { status = try files.status(of: path) } catch {
            entries[path] = nil
            throw .file(error)
        }
        if let entry = entries[path], entry.status == status { return try entry.value.get() }
        if entries.count >= limit { entries.removeAll() }
        let value: Result<Value, RecordError>
        do throws(RecordError) { value = .success(try read(path, files)) } catch { value = .failure(error) }
        entries[path] = Entry(status: status, value: value)
        return try value.get()
    }
}

/// JSON of a bounded size.
enum JSONRecord {
    static func decode<T: Decodable>(_ type: T.Type, at path: String, limit: Int, in files: any FileReading) throws(RecordError)
        -> T
    {
        let bytes: [UInt8]
        do { bytes = try files.contents(of: path, limit: limit) } catch { throw .file(error) }
        do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch {
            throw .unparsable(path: path, JSONRecord.words(for: error))
        }
    }

    private static func words(for error: any Error) -> String {
        guard let error = error as? DecodingError else { return "it is not the JSON that it should be" }
        switch error {
        case .dataCorrupted: return "it is not JSON"
        case .keyNotFound(let key, _): return "it has no `\(key.stringValue)`"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "`\(context.codingPath.map(\.stringValue).joined(separator: "."))` has another type than it should"
        @unknown default: return "it is not the JSON that it should be"
        }
    }
}

/// Labels that others write, within bounds: a metric, a page or a rule has to bear them.
enum Labels {
    static let count = 256
    static let characters = 4096

    /// In the order of their keys, as many as there may be; one that is too long is left out.
    static func bounded(_ labels: [String: String]) -> [String: String] {
        let short = labels.filter { $0.key.utf8.count <= characters && $0.value.utf8.count <= characters }
        if short.count <= count { return short }
        return Dictionary(uniqueKeysWithValues: short.sorted { $0.key < $1.key }.prefix(count).map { ($0.key, $0.value) })
    }
}
