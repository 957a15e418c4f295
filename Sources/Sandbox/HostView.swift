// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

/// How this process sees the host's mounts. Where it has a mount namespace of its own, as a unit with `ProtectSystem=` gives it, or a
/// container, its own mounts are copies or something else, and the host's are those of the first process.
public enum HostView {
    /// What stands before a path of the host, to reach what the host has there. Empty where this process shares its mounts.
    public static let root = isElsewhere() ? "/proc/1/root" : ""

    /// Where the host's mounts are listed.
    public static let mountTable = root.isEmpty ? "/proc/self/mountinfo" : "/proc/1/mountinfo"

    /// The process in procfs whose mounts are the host's.
    public static let process = root.isEmpty ? "self" : "1"

    /// A program and its arguments, so that it runs among the host's mounts: it writes where its owner has told it to.
    public static func command(_ program: String, _ arguments: [String]) -> [String] {
        root.isEmpty ? [program] + arguments : [enter, "--mount=/proc/1/ns/mnt", "--", program] + arguments
    }

    /// Of util-linux.
    static let enter = "/usr/bin/nsenter"

    private static func isElsewhere() -> Bool {
        // Who may not ask for the first process' may not reach its files either.
        guard let own = namespace(of: "self"), let first = namespace(of: "1"), own != first else { return false }
        return access("/proc/1/root/proc/1", F_OK) == 0
    }

    private static func namespace(of process: String) -> ino_t? {
        var status = stat()
        return stat("/proc/\(process)/ns/mnt", &status) == 0 ? status.st_ino : nil
    }
}
