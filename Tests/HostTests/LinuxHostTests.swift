// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Host
import Testing

@Suite("The real host where there is none")
struct LinuxHostTests {
    @Test(
        "without device-mapper or root, the error says which and what to do",
        .enabled(if: access("/dev/mapper/control", F_OK) != 0))
    func missing() {
        let error = #expect(throws: HostError.self) { _ = try LinuxHost() }
        guard let error else { return }
        switch error {
        case .noDeviceMapper: #expect("\(error)".contains("modprobe dm-mod"))
        case .notRoot: #expect(geteuid() != 0)
        case .failed: Issue.record("\(error)")
        }
    }
}
