// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Testing

@testable import Owners

@Suite struct OwnerHookTests {
    /// A folder that only this process' user may write to, with a program in it.
    private final class Folder {
        let path: String
        var program: String { path + "/inner/note" }

        init() throws {
            var template = Array("/tmp/headroom-hook-XXXXXX".utf8CString)
            try #require(mkdtemp(&template) != nil)
            path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            mkdir(path + "/inner", 0o755)
            let file = open(program, O_CREAT | O_WRONLY, 0o755)
            try #require(file >= 0)
            close(file)
            for place in [program, path + "/inner", path] { chmod(place, 0o755) }
        }

        deinit {
            for link in ["link", "bare"] { unlink("\(path)/\(link)") }
            unlink(program)
            rmdir(path + "/inner")
            rmdir(path)
        }

        func fault(_ program: String? = nil) -> String? {
            OwnerHook(command: [program ?? self.program]).fault(trusting: geteuid())
        }
    }

    @Test func `a program that only root may write is run`() throws {
        let folder = try Folder()
        #expect(folder.fault() == nil)
        symlink(folder.program, folder.path + "/link")
        #expect(folder.fault(folder.path + "/link") == nil)
    }

    @Test func `what is not there, no file, or not executable is not run`() throws {
        let folder = try Folder()
        #expect(folder.fault("/nowhere/note") == "there is no such file")
        #expect(folder.fault(folder.path) == "it is no file")
        chmod(folder.program, 0o644)
        #expect(folder.fault()?.contains("chmod +x") == true)
    }

    @Test(arguments: [("/inner/note", 0o775), ("/inner/note", 0o757), ("/inner", 0o777), ("", 0o775)])
    func `a program that others may write to or replace is not run`(place: String, mode: Int) throws {
        let folder = try Folder()
        chmod(folder.path + place, mode_t(mode))
        #expect(folder.fault()?.hasPrefix("others than root can write to \(folder.path + place): ") == true)
        // Not by a link either.
        symlink(folder.program, "/tmp/headroom-hook-link-\(getpid())")
        defer { unlink("/tmp/headroom-hook-link-\(getpid())") }
        #expect(folder.fault("/tmp/headroom-hook-link-\(getpid())") != nil)
    }

    @Test func `a program of another user is not run`() throws {
        let folder = try Folder()
        try #require(geteuid() == 0, "only root gives files away")
        chown(folder.program, 65_534, 0)
        #expect(folder.fault() != nil)
    }
}
