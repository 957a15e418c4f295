// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Dice
import Glibc
import Testing
import Units

@testable import Owners

@Suite struct DockerBooksTests {
    private let host = MadeHost()
    private let data = "/var/lib/docker"
    private let hash = String(repeating: "a", count: 64)
    private let written =
        #"{"device_id":4,"size":268435456,"transaction_id":9,"initialized":false,"deleted":false}"#

    private var folder: String { data + "/devicemapper/metadata" }
    private var path: String { "\(folder)/\(hash)" }
    private var volume: DeviceName { DeviceName("\(host.dockerPrefix(of: data))-\(hash)") }
    private var books: DockerBooks { DockerBooks(files: HostFiles(root: host.root)) }

    private func text() throws -> String { String(decoding: try host.contents(of: path, limit: 4096), as: UTF8.self) }

    private func expectRefused(_ word: String, id: UInt32 = 4, _ place: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: DockerBooksError.self, sourceLocation: place) {
            try books.recordLength(Sectors(1_048_576), of: volume, deviceID: id)
        }
        guard case .refused(let text)? = error else {
            Issue.record("\(error.map { "\($0)" } ?? "none")", sourceLocation: place)
            return
        }
        #expect(text.contains(word), sourceLocation: place)
    }

    @Test func `only the size changes, and what is left in the folder is the record alone`() throws {
        host.write(written, to: path)
        chmod(host.root + path, 0o640)
        try books.recordLength(Sectors(1_048_576), of: volume, deviceID: 4)
        #expect(try text() == written.replacing("268435456", with: "536870912"))
        #expect(try host.names(in: folder) == [hash])
        var status = stat()
        #expect(stat(host.root + path, &status) == 0 && status.st_mode & 0o7777 == 0o640)
        #expect(try books.record(of: volume)?.size == .mebibytes(512))
    }

    @Test func `a dockerd is there as long as somebody holds the lock on its list of volumes`() throws {
        let locks = "/proc/locks"
        #expect(books.isServed(volume) == nil)
        host.write("", to: data + "/volumes/metadata.db")
        #expect(books.isServed(volume) == nil)
        host.write("", to: locks)
        #expect(books.isServed(volume) == false)
        let inode = try host.status(of: data + "/volumes/metadata.db").inode
        for other in ["POSIX  ADVISORY  WRITE 7 fe:00:\(inode)", "FLOCK  ADVISORY  WRITE 7 fe:00:1\(inode)"] {
            host.write("1: \(other) 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 7 fe:00:\(inode) 0 EOF\n", to: locks)
            #expect(books.isServed(volume) == false)
        }
        // btrfs' own device number there is not stat's.
        host.write("1: POSIX  ADVISORY  READ 1 fe:00:1 0 EOF\n2: FLOCK  ADVISORY  WRITE 7 00:2a:\(inode) 0 EOF\n", to: locks)
        #expect(books.isServed(volume) == true)
    }

    @Test(arguments: [
        "{ \"size\" : 268435456 ,\n \"device_id\": 4, \"more\": {\"size\": 1, \"x\": [\"size\", \"a\\\"size\\\":7\"]} }\n",
        #"{"deleted":false,"device_id":4,"note":"\"size\":1","size":268435456}"#,
    ])
    func `other fields and their order are kept byte for byte`(before: String) throws {
        host.write(before, to: path)
        try books.recordLength(Sectors(1_048_576), of: volume, deviceID: 4)
        #expect(try text() == before.replacing("268435456", with: "536870912"))
    }

    @Test(arguments: [0, 1, 524_287, 524_288] as [UInt64])
    func `a length that is not more than what is there leaves the file as it is`(length: UInt64) throws {
        host.write(written, to: path)
        let before = try host.status(of: path)
        try books.recordLength(Sectors(length), of: volume, deviceID: 4)
        #expect(try host.status(of: path) == before)
    }

    @Test func `another device's record, one that is being deleted and a missing one are refused`() throws {
        host.folder(folder)
        expectRefused("removed")
        host.write(written, to: path)
        expectRefused("device id 4", id: 5)
        #expect(try text() == written)
        host.write(written.replacing("\"deleted\":false", with: "\"deleted\":true"), to: path)
        expectRefused("removing")
        #expect(try text().contains("268435456"))
    }

    @Test(arguments: [
        "", "{}", "[]", "null", #"{"device_id":4}"#, #"{"device_id":4,"size":"268435456"}"#, #"{"device_id":4,"size":-1}"#,
        #"{"device_id":4,"size":1e9}"#, #"{"device_id":4,"size":1.5}"#, #"{"device_id":4,"size":1,"size":2}"#,
        #"{"device_id":4,"size":268435456"#, #"{"device_id":4,"size":268435456,"deleted":"no"}"#,
    ])
    func `what Docker does not write is refused and kept as it is`(text: String) throws {
        host.write(text, to: path)
        expectRefused("not what Docker writes")
        #expect(try self.text() == text)
        #expect(throws: DockerBooksError.self) { try books.record(of: volume) }
    }

    @Test func `a link in the record's place is not followed`() throws {
        host.write(written, to: data + "/elsewhere")
        host.folder(folder)
        symlink("../../elsewhere", host.root + path)
        #expect(throws: DockerBooksError.self) {
            try books.recordLength(Sectors(1_048_576), of: volume, deviceID: 4)
        }
        #expect(String(decoding: try host.contents(of: data + "/elsewhere", limit: 4096), as: UTF8.self) == written)
    }

    @Test func `a record that changed since it was read is not overwritten`() throws {
        host.write(written, to: path)
        let files = HostFiles(root: host.root)
        let before = try files.status(of: path)
        host.write(written.replacing("\"deleted\":false", with: "\"deleted\":true"), to: path)
        #expect(throws: ReplaceError.self) { try files.replace(path, with: Array("{}".utf8), expecting: before) }
        #expect(try text().contains("\"deleted\":true"))
        #expect(try host.names(in: folder) == [hash])
    }

    @Test func `what a crash left behind is in nobody's way`() throws {
        host.write(written, to: path)
        host.write("half", to: "\(folder)/.\(hash).headroom")
        try books.recordLength(Sectors(1_048_576), of: volume, deviceID: 4)
        #expect(try host.names(in: folder) == [hash])
    }

    @Test func `a record is gone only where Docker's folder is there`() throws {
        let volume = volume
        #expect(throws: DockerBooksError.self) { try books.record(of: volume) }
        host.folder(folder)
        #expect(try books.record(of: volume) == nil)
        host.remove(data)
        #expect(throws: DockerBooksError.self) { try books.record(of: volume) }
    }

    @Test func `a container is there until its removal begins`() {
        let volume = volume
        let file = data + "/containers/web/config.v2.json"
        #expect(books.life(of: "web", on: volume) == .unknown)
        host.write(#"{"State":{"Running":false,"RemovalInProgress":false,"Dead":false},"ID":"web"}"#, to: file)
        #expect(books.life(of: "web", on: volume) == .there)
        host.write(#"{"State":{"Running":false,"RemovalInProgress":true,"Dead":false},"ID":"web"}"#, to: file)
        #expect(books.life(of: "web", on: volume) == .ending)
        host.write(#"{"State":{"Running":false,"Dead":true},"ID":"web"}"#, to: file)
        #expect(books.life(of: "web", on: volume) == .ending)
        host.write("{", to: file)
        #expect(books.life(of: "web", on: volume) == .unknown)
        host.remove(data + "/containers/web")
        #expect(books.life(of: "web", on: volume) == .gone)
    }

    @Test func `random records keep every byte but the size's`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        for _ in 0..<300 {
            var fields = [
                "\"device_id\":4", "\"size\":268435456", "\"transaction_id\":\(random.next() >> 1)", "\"initialized\":true",
                "\"deleted\":false", "\"extra\":\"}]{[,:\\\"\\\\\"", "\"other\":[{\"size\":3}]",
            ]
            fields.shuffle(using: &random)
            let blank = ["", " ", "\n", "\t "][Int.random(in: 0..<4, using: &random)]
            let before = "{" + fields.joined(separator: "," + blank) + blank + "}"
            let length = UInt64.random(in: 524_289...1 << 40, using: &random)
            host.write(before, to: path)
            try books.recordLength(Sectors(length), of: volume, deviceID: 4)
            #expect(try text() == before.replacing("268435456", with: "\(length * 512)"), "seed \(seed)")
        }
    }
}

extension String {
    fileprivate func replacing(_ part: String, with other: String) -> String {
        var text = self
        if let range = text.firstRange(of: part) { text.replaceSubrange(range, with: other) }
        return text
    }
}
