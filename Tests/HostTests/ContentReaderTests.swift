// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Filesystem
import Glibc
import Synchronization
import Testing
import Units

@testable import Host

/// Devices to read, and how often each was.
private final class FakeContents: Sendable {
    private let reads = Mutex([UInt32: Int]())
    private let result: @Sendable (UInt32) throws(FilesystemError) -> ContentReader.Found

    init(_ result: @escaping @Sendable (UInt32) throws(FilesystemError) -> ContentReader.Found = { _ in .content(.blank) }) {
        self.result = result
    }

    func reader() -> ContentReader {
        ContentReader(deadline: .milliseconds(100)) { [self] subject throws(FilesystemError) in
            reads.withLock { $0[subject.number.minor, default: 0] += 1 }
            return try result(subject.number.minor)
        }
    }

    func count(_ minor: UInt32) -> Int { reads.withLock { $0[minor] ?? 0 } }
}

@Suite("What is on the devices", .timeLimit(.minutes(1)))
struct ContentReaderTests {
    private let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

    private func number(_ minor: UInt32) -> DeviceNumber { DeviceNumber(major: 254, minor: minor) }

    private func subject(
        _ minor: UInt32, named name: UInt32? = nil, mapped: UInt64 = 0, length: UInt64 = 8, readable: Bool = true,
        open: Bool = false, mountedSize: Bytes? = nil
    ) -> ContentReader.Subject {
        ContentReader.Subject(
            number: number(minor),
            key: VolumeKey(name: DeviceName("v\(name ?? minor)"), uuid: "", pool: number(0), thinID: name ?? minor),
            length: Sectors(length),
            state: mountedSize.map { .mounted(.ext4, ways: ["/m"], size: $0) }
                ?? .unmounted(.working(mapped: Sectors(mapped), highest: nil), isOpen: open),
            isReadable: readable)
    }

    @Test("a device is read once, and again when it was written to or grown")
    func onceAndAfterChange() async {
        let contents = FakeContents()
        let reader = contents.reader()
        for _ in 0..<3 { #expect(await reader.read([subject(1)], at: start).found[number(1)] == .content(.blank)) }
        #expect(contents.count(1) == 1)
        _ = await reader.read([subject(1, mapped: 128)], at: start)
        #expect(contents.count(1) == 2)
        _ = await reader.read([subject(1, mapped: 128, length: 16)], at: start)
        #expect(contents.count(1) == 3)
    }

    @Test("a virtual machine's disk is not read again at each of its writes, unless it was blank")
    func virtualMachine() async {
        let contents = FakeContents { $0 == 1 ? .content(.foreign(signature: "GPT partition table")) : .content(.blank) }
        let reader = contents.reader()
        for mapped in 0..<5 as Range<UInt64> {
            _ = await reader.read([subject(1, mapped: mapped, open: true), subject(2, mapped: mapped, open: true)], at: start)
        }
        #expect(contents.count(1) == 1)
        #expect(contents.count(2) == 5)
        _ = await reader.read([subject(1, mapped: 5)], at: start)
        #expect(contents.count(1) == 2)
    }

    @Test("a mounted filesystem's superblock is read again when statfs tells another size, or after a growth")
    func geometry() async {
        let contents = FakeContents { _ in .geometry(nil) }
        let reader = contents.reader()
        for _ in 0..<2 { _ = await reader.read([subject(1, mountedSize: .mebibytes(230))], at: start) }
        #expect(contents.count(1) == 1)
        _ = await reader.read([subject(1, mountedSize: .mebibytes(900))], at: start)
        #expect(contents.count(1) == 2)
        reader.forget("v1")
        _ = await reader.read([subject(1, mountedSize: .mebibytes(900))], at: start)
        #expect(contents.count(1) == 3)
    }

    @Test("what waits for somebody's resume is never read")
    func suspended() async {
        let contents = FakeContents()
        let found = await contents.reader().read([subject(1, readable: false)], at: start).found
        #expect(found.isEmpty)
        #expect(contents.count(1) == 0)
    }

    @Test("a newcomer is let alone for a moment, what was there at the first look is not")
    func newcomers() async {
        let contents = FakeContents()
        let reader = contents.reader()
        _ = await reader.read([subject(1)], at: start)
        reader.keep([subject(1).key])
        #expect(contents.count(1) == 1)
        let later = start.advanced(by: .seconds(60))
        let found = await reader.read([subject(1), subject(2)], at: later).found
        #expect(found[number(2)] == .content(.unread(reason: "it has only just appeared or been unmounted")))
        reader.keep([subject(1).key, subject(2).key])
        _ = await reader.read([subject(2)], at: later.advanced(by: .milliseconds(900)))
        #expect(contents.count(2) == 0)
        _ = await reader.read([subject(2)], at: later.advanced(by: .milliseconds(1100)))
        #expect(contents.count(2) == 1)
    }

    @Test("one that was unmounted a moment ago, or made anew, is let alone: its owner may be removing it")
    func leaving() async {
        let contents = FakeContents()
        let reader = contents.reader()
        _ = await reader.read([subject(1, mountedSize: .mebibytes(230))], at: start)
        reader.keep([subject(1).key])
        #expect(contents.count(1) == 1)
        let later = start.advanced(by: .seconds(60))
        _ = await reader.read([subject(1)], at: later)
        #expect(contents.count(1) == 1)
        // Removed and activated again under another number, with no whole look in between.
        let again = later.advanced(by: .seconds(2))
        _ = await reader.read([subject(2, named: 1)], at: again)
        #expect(contents.count(2) == 0)
        _ = await reader.read([subject(2, named: 1)], at: again.advanced(by: .seconds(1)))
        #expect(contents.count(2) == 1)
    }

    @Test("a newcomer that is mounted is read at once")
    func mountedNewcomer() async {
        let contents = FakeContents { _ in .geometry(nil) }
        let reader = contents.reader()
        reader.keep([])
        _ = await reader.read([subject(1, mountedSize: .mebibytes(230))], at: start)
        #expect(contents.count(1) == 1)
    }

    @Test("a device that fails to be read is told of, and tried again at the next look")
    func fails() async {
        let contents = FakeContents { _ throws(FilesystemError) in
            throw FilesystemError("read", "/dev/dm-1", .system(errno: EIO))
        }
        let reader = contents.reader()
        let (found, complaints) = await reader.read([subject(1)], at: start)
        guard case .content(.unread)? = found[number(1)] else {
            Issue.record("\(found)")
            return
        }
        #expect(complaints.map(\.kind) == ["failed"])
        _ = await reader.read([subject(1)], at: start)
        #expect(contents.count(1) == 2)
    }

    @Test("a device that does not answer delays no other")
    func stuck() async {
        let isStuck = Mutex(true)
        let contents = FakeContents { minor in
            while minor == 1 && isStuck.withLock({ $0 }) { usleep(1000) }
            return .content(.blank)
        }
        let reader = contents.reader()
        let (found, complaints) = await reader.read([subject(1), subject(2)], at: start)
        #expect(found[number(2)] == .content(.blank))
        #expect(found[number(1)] == .content(.unread(reason: "no answer within 100ms")))
        #expect(complaints.map(\.kind) == ["timeout"])
        isStuck.withLock { $0 = false }
    }
}
