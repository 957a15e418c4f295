// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Foundation
import Glibc
import Host
import Policy
import Testing
import Units

@testable import Journal

/// The history, written a second time.
@Suite struct AuditTests {
    private let scratch: Scratch
    private var file: String { scratch.path + "/audit.jsonl" }

    init() throws { scratch = try Scratch() }

    private func opened(_ log: AuditLog? = nil) async throws -> Journal {
        let journal = try await Journal.open(directory: scratch.path)
        journal.audit(to: log ?? .file(file))
        return journal
    }

    private func lines(_ suffix: String = "") throws -> [String] {
        try String(contentsOfFile: file + suffix, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    private func ids(_ suffix: String = "") throws -> [Int64] {
        try lines(suffix).map { try #require(AuditEntry.place(in: $0)?.id) }
    }

    /// What the journal's thread does after an answer is done by the next one.
    private func settle(_ journal: Journal) async throws { for _ in 1...3 { _ = try await journal.births() } }

    private func add(_ days: ClosedRange<Int>, to journal: Journal) async throws {
        for day in days { try await journal.record([.about("a", at: .day(day))]) }
        try await settle(journal)
    }

    @Test func `Each entry is one line of JSON that says what the journal says, whatever is in it`() async throws {
        let journal = try await opened()
        let texts = ["a\nb\r\n", "\"},{\"id\":1", "\u{0}\u{1}\u{1B}[2J\u{7F}", "ü\u{2028}\u{202E}🙂\\", ""]
        for text in texts {
            var decision = JournaledDecision.about(VolumeIdentity.numbered(1).name, at: .day(1), text)
            decision.container = .init(id: text, name: text)
            try await journal.record([decision])
            let asked = Asked(author: text, source: .api, reason: text)
            let event = JournaledOverride(time: .day(1), event: .set, by: asked, override: .numbered(1))
            try await journal.change(OverrideChanges(events: [event]))
        }
        try await settle(journal)
        let records = try await journal.history()
        let lines = try lines()
        #expect(lines.count == texts.count * 2 && records.count == lines.count)
        for (line, record) in zip(lines, records) {
            let entry = try JSONDecoder().decode(HistoryEntry.self, from: Data(line.utf8))
            #expect(entry == record.entry)
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(object["id"] as? Int64 == record.id && object["hash"] as? String == record.hash.hexadecimal)
        }
        var status = stat()
        #expect(stat(file, &status) == 0 && status.st_mode & 0o137 == 0)
    }

    @Test func `What was written before stays, and goes on after a restart without a gap or a line twice`() async throws {
        var journal = try await opened()
        try await add(1...3, to: journal)
        await journal.close()
        // As another command leaves it, without an audit log.
        journal = try await Journal.open(directory: scratch.path)
        try await add(4...5, to: journal)
        await journal.close()
        journal = try await opened()
        try await add(6...6, to: journal)
        #expect(try ids() == [1, 2, 3, 4, 5, 6])
        // A crash before it was noted how far it came.
        await journal.close()
        try Stranger(scratch).execute("UPDATE audited SET id = 2")
        journal = try await opened()
        try await add(7...7, to: journal)
        #expect(try ids() == [1, 2, 3, 4, 5, 6, 7])
    }

    @Test func `A file that was moved away is made anew, and nothing is written into the old one`() async throws {
        let journal = try await opened()
        try await add(1...2, to: journal)
        #expect(rename(file, file + ".1") == 0)
        try await add(3...4, to: journal)
        #expect(try ids(".1") == [1, 2] && (try ids()) == [3, 4])
        #expect(truncate(file, 0) == 0)
        try await add(5...5, to: journal)
        #expect(try ids() == [5])
    }

    @Test func `Into a link, a folder or a pipe nothing is written, growths are noted, and all of it is written later`()
        async throws
    {
        let target = scratch.path + "/audit.jsonl.1"
        let ways: [(String) -> Void] = [
            { _ = symlink(target, $0) }, { _ = mkdir($0, 0o700) }, { _ = mkfifo($0, 0o600) },
        ]
        let journal = try await opened(nil)
        try await settle(journal)
        remove(file)
        for (n, way) in ways.enumerated() {
            way(file)
            try await Task.sleep(for: AuditTrail.patience + .milliseconds(50))
            let failures = journal.auditHealth.failures
            try await add((3 * n + 1)...(3 * n + 3), to: journal)
            let id = try await journal.begin(.numbered(n), at: .day(1))
            #expect(try await journal.unfinished().map(\.id) == [id])
            try await journal.finish(id, .done(.day(1)))
            #expect(journal.auditHealth.failures > failures && journal.auditHealth.trouble?.contains(file) == true)
            #expect(access(target, F_OK) != 0)
            remove(file)
        }
        try await Task.sleep(for: AuditTrail.patience + .milliseconds(50))
        journal.followAudit()
        try await settle(journal)
        #expect(journal.auditHealth.trouble == nil)
        #expect(try ids() == Array(1...12))
    }

    @Test func `A half line that a full disk or a crash has left does not spoil the next`() async throws {
        var journal = try await opened()
        try await add(1...1, to: journal)
        await journal.close()
        let handle = try #require(fopen(file, "a"))
        fputs("{\"id\":2,\"ha", handle)
        fclose(handle)
        journal = try await opened()
        try await add(2...2, to: journal)
        let lines = try lines()
        #expect(lines.count == 3 && lines[1] == "{\"id\":2,\"ha" && AuditEntry.place(in: lines[2])?.id == 2)
    }

    @Test func `A file that may grow no further takes no half line, and goes on when it may`() async throws {
        let path = scratch.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            signal(SIGXFSZ, SIG_IGN)
            var file = AuditFile(path: path + "/audit.jsonl")
            try file.prepare()
            try file.append("{\"id\":1}\n")
            var limit = rlimit(rlim_cur: 12, rlim_max: rlim_t.max)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            do throws(AuditError) {
                try file.append("{\"id\":2}\n")
                exit(1)
            } catch {
                guard error.text.contains("audit.jsonl") else { exit(2) }
            }
            limit.rlim_cur = rlim_t.max
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            try file.append("{\"id\":2}\n")
            let text = try String(contentsOfFile: path + "/audit.jsonl", encoding: .utf8)
            exit(text == "{\"id\":1}\n{\"id\":2}\n" ? 0 : 3)
        }
    }

    @Test func `Entries that are gone before they could be written are counted`() async throws {
        var limits = Journal.Limits()
        limits.history = 2
        let journal = try await Journal.open(directory: scratch.path, limits: limits)
        try await add(1...5, to: journal)
        journal.audit(to: .file(file))
        try await settle(journal)
        #expect(try ids() == [4, 5] && journal.auditHealth.lost == 3)
    }

    @Test func `systemd's journal gets a datagram with fields for each entry from now on`() async throws {
        let path = scratch.path + "/journald"
        let receiver = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(receiver) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(receiver, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        let ledger = try Ledger.open(directory: scratch.path, limits: Journal.Limits())
        let desk = AuditDesk()
        var trail = AuditTrail(journald: path)
        desk.log = .journald
        try ledger.tell([HistoryEntry(.about("old", at: .day(1)))])
        _ = trail.follow(ledger, desk)
        try ledger.tell([HistoryEntry(.about("web", at: .day(2), "one\ntwo"))])
        #expect(!trail.follow(ledger, desk) && desk.health.trouble == nil)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(receiver, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        let fields = fields(Array(buffer.prefix(max(0, count))))
        #expect(fields["MESSAGE"] == "decision refused: web: should be larger and is not grown: one\ntwo")
        #expect(fields["PRIORITY"] == "4" && fields["SYSLOG_IDENTIFIER"] == "headroom" && fields["HEADROOM_KIND"] == "decision")
        #expect(fields["HEADROOM_VOLUME"] == "web" && fields["HEADROOM_ID"] == "2")
        #expect(fields["HEADROOM_HASH"] == (try ledger.historyHash(of: 2)))
        #expect(recv(receiver, &buffer, buffer.count, Int32(MSG_DONTWAIT)) < 0)
        unlink(path)
        try ledger.tell([HistoryEntry(.about("web", at: .day(3)))])
        _ = trail.follow(ledger, desk)
        #expect(desk.health.failures == 1 && desk.health.trouble?.contains("journald") == true)
    }

    private func fields(_ datagram: [UInt8]) -> [String: String] {
        var fields: [String: String] = [:]
        var rest = datagram[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let name = String(decoding: rest[..<end], as: UTF8.self)
            rest = rest[(end + 1)...]
            let length = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
            fields[name] = String(decoding: rest.dropFirst(8).prefix(length), as: UTF8.self)
            rest = rest.dropFirst(8 + length + 1)
        }
        return fields
    }
}
