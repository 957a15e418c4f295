// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Testing

@testable import Host

@Suite("Children")
struct ChildProcessTests {
    private func shell(_ script: String, environment: [String] = [], complaint: Int = 16_384) throws -> ChildProcess.Ended {
        try ChildProcess.run("/bin/sh", ["-c", script], environment: environment, complaint: complaint)
    }

    @Test("a child's end is told, by status or signal")
    func ends() throws {
        #expect(try shell("exit 0") == .init(end: .exited(0), complaint: ""))
        #expect(try shell("echo out; echo no >&2; exit 5") == .init(end: .exited(5), complaint: "no\n"))
        #expect(try shell("kill -KILL $$").end == .killed(signal: SIGKILL))
    }

    @Test("what cannot be started says why")
    func missing() {
        #expect(throws: ChildProcess.CannotStart(errno: ENOENT)) {
            try ChildProcess.run("/nowhere/lvextend", [], environment: [])
        }
    }

    @Test("arguments and environment arrive as they are, and nothing else does")
    func arguments() throws {
        setenv("HEADROOM_TEST_SECRET", "1", 1)
        let ended = try ChildProcess.run(
            "/bin/sh", ["-c", "printf '%s|' \"$@\" \"$A\" \"$HEADROOM_TEST_SECRET\" >&2", "sh", "a b", "", "$(id)"],
            environment: ["A=x y"])
        #expect(ended.complaint == "a b||$(id)|x y||")
    }

    @Test("what it says is kept up to a bound, and it may go on talking")
    func bounded() throws {
        let ended = try shell("i=0; while [ $i -lt 500 ]; do echo 0123456789 >&2; i=$((i + 1)); done; exit 3", complaint: 100)
        #expect(ended.end == .exited(3))
        #expect(ended.complaint.utf8.count <= 100 && ended.complaint.hasPrefix("0123456789\n"))
    }

    @Test("who is asked something is heard apart from his complaints, up to a bound")
    func answer() throws {
        func asked(_ script: String, most: Int) throws -> ChildProcess.Ended {
            try ChildProcess.run("/bin/sh", ["-c", script], environment: [], hears: .answer(most: most))
        }
        let ended = try asked("echo so it is; echo no >&2", most: 100)
        #expect(String(decoding: ended.answer, as: UTF8.self) == "so it is\n" && ended.complaint == "no\n")
        let long = try asked("i=0; while [ $i -lt 500 ]; do echo 0123456789; i=$((i + 1)); done", most: 100)
        #expect(long.answer.count <= 100 && long.answer.starts(with: "0123456789\n".utf8))
    }

    @Test("it gets no descriptor but its three")
    func descriptors() throws {
        let open = Glibc.open("/dev/null", O_RDONLY)
        try #require(open > 2 && fcntl(open, F_GETFD) & FD_CLOEXEC == 0)
        defer { close(open) }
        // The fourth is that of the listing itself.
        #expect(try shell("ls /proc/self/fd | tr '\\n' ' ' >&2").complaint == "0 1 2 3 ")
    }

    @Test("it leads a session of its own, with no signal blocked or ignored")
    func session() throws {
        signal(SIGPIPE, SIG_IGN)
        let ended = try shell(
            "read -r stat < /proc/$$/stat; echo \"$stat\" >&2; while read -r name value; do case $name in"
                + " SigBlk:|SigIgn:) echo \"$value\" >&2;; esac; done < /proc/$$/status")
        let lines = ended.complaint.split(separator: "\n")
        try #require(lines.count == 3)
        // Process 1, session 6; the name between them is this shell's.
        let words = lines[0].split(separator: " ")
        #expect(words[0] == words[5])
        #expect(UInt64(lines[1], radix: 16) == 0)
        let ignored = try #require(UInt64(lines[2], radix: 16))
        #expect(ignored & (1 << (UInt64(SIGPIPE) - 1)) == 0)
    }
}
