// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Testing

/// Prometheus' own checker, where it is installed.
enum Promtool {
    static var isInstalled: Bool { system("command -v promtool >/dev/null 2>&1") == 0 }

    /// Runs it on `input`. What it printed, and whether it found nothing.
    static func check(metrics input: [UInt8]) throws -> (isClean: Bool, output: String) {
        try run("check metrics <", on: input, named: "metrics")
    }

    static func check(rules input: [UInt8]) throws -> (isClean: Bool, output: String) {
        try run("check rules", on: input, named: "rules.yml")
    }

    private static func run(_ command: String, on input: [UInt8], named name: String) throws -> (Bool, String) {
        var template = Array("/tmp/headroom-promtool-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&template))
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { _ = system("rm -r \(folder)") }
        try write(input, to: "\(folder)/\(name)")
        let status = system("promtool \(command) \(folder)/\(name) >\(folder)/output 2>&1")
        return (status == 0, try read("\(folder)/output"))
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        let file = try #require(fopen(path, "w"))
        defer { fclose(file) }
        try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }

    static func read(_ path: String) throws -> String {
        let file = try #require(fopen(path, "r"), "cannot open \(path)")
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(contentsOf: chunk[..<count])
        }
    }
}
