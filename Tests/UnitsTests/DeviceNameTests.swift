// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing
import Units

@Suite struct DeviceNameTests {
    @Test func `a name of valid UTF-8 is shown as it is`() {
        for text in ["docker-8:1-42-pool", "ä ö \"quoted\" {braces}", "back\\slash", "a\\x20b", "日本"] {
            #expect(DeviceName(bytes: Array(text.utf8)).description == text)
        }
    }

    @Test func `bytes that are no UTF-8 are shown in braces`() {
        #expect(DeviceName(bytes: [0x61, 0xFF, 0xC3, 0x28]).description == "a\\x{ff}\\x{c3}(")
    }

    @Test func `no two names are shown alike and each reads back as itself`() {
        var generator = SystemRandomNumberGenerator()
        var shown: [String: DeviceName] = [:]
        let alphabet: [UInt8] = Array("\\x{5cf}a".utf8) + [0xFF, 0xC3, 0xA9, 0xE2, 0x82, 0xAC]
        for _ in 0..<20_000 {
            let length = Int.random(in: 1...8, using: &generator)
            let name = DeviceName(bytes: (0..<length).map { _ in alphabet.randomElement(using: &generator) ?? 0x61 })
            #expect(DeviceName(name.description) == name, "\(name.bytes)")
            if let other = shown.updateValue(name, forKey: name.description) { #expect(other == name) }
        }
    }
}
