// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

/// Where LVM's commands are, and what they see of this process' environment.
enum LVMCommand {
    /// Nobody but root writes there.
    static let folders = ["/usr/sbin", "/sbin", "/usr/local/sbin"]

    /// Characters of what one says that are shown.
    static let longest = 400

    static func path(of command: String, in folders: [String] = folders) -> String? {
        folders.map { "\($0)/\(command)" }.first { access($0, X_OK) == 0 }
    }

    static func missing(_ command: String, in folders: [String] = folders) -> String {
        "\(command) is in none of \(folders.joined(separator: ", ")): install LVM's commands, usually in a package `lvm2`"
    }

    static var environment: [String] {
        // What moves LVM's files and devices elsewhere moves them for this one too.
        let passed = ["LVM_SYSTEM_DIR", "DM_DEV_DIR", "DM_DISABLE_UDEV"].compactMap { (name: String) -> String? in
            getenv(name).map { "\(name)=\(String(cString: $0))" }
        }
        return ["LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"] + passed
    }
}
