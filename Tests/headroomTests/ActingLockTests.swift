// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Testing

@testable import headroom

struct ActingLockTests {
    private func inFolder(_ body: (String) async throws -> Void) async throws {
        var template = Array("/tmp/headroom-lock-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            unlink("\(folder)/lock")
            rmdir(folder)
        }
        try await body("\(folder)/lock")
    }

    private func hold(_ path: String, for duration: Duration) async throws {
        let lock = try ActingLock(path: path)
        try await Task.sleep(for: duration)
        _ = consume lock
    }

    @Test func `One that is about to be let go is waited for`() async throws {
        try await inFolder { path in
            async let other: Void = hold(path, for: .milliseconds(300))
            while (try? ActingLock(path: path)) != nil { await Task.yield() }
            let lock = try await ActingLock.taken(within: .seconds(60), path: path)
            _ = consume lock
            try await other
        }
    }

    @Test func `One that is held is not waited for without end`() async throws {
        try await inFolder { path in
            let lock = try ActingLock(path: path)
            await #expect(throws: CommandError.self) { _ = try await ActingLock.taken(within: .milliseconds(200), path: path) }
            _ = consume lock
        }
    }
}
