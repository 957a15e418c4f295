// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Host
import Testing

/// /proc/misc names it; the control device may be there without (libdevmapper makes the node).
private func kernelHasDeviceMapper() -> Bool {
    guard let file = fopen("/proc/misc", "r") else { return false }
    defer { fclose(file) }
    var text = [CChar](repeating: 0, count: 65_536)
    let count = fread(&text, 1, text.count, file)
    return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self).contains("device-mapper")
}

@Suite("The real host where there is none")
struct LinuxHostTests {
    @Test(
        "without device-mapper or root, the error says which and what to do",
        .enabled(if: !kernelHasDeviceMapper()))
    func missing() {
        let error = #expect(throws: HostError.self) { _ = try LinuxHost() }
        guard let error else { return }
        switch error {
        case .noDeviceMapper: #expect("\(error)".contains("modprobe -a dm-mod"))
        case .notRoot: #expect(geteuid() != 0)
        case .failed: Issue.record("\(error)")
        }
    }
}
