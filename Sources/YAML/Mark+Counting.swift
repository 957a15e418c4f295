// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CYAML

extension Mark {
    /// libyaml counts from 0.
    init(_ mark: yaml_mark_t) {
        self.init(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
    }

    /// Where the byte number `offset` (from 0, or the end) stands in `bytes`, whose part before it is valid UTF-8.
    init(ofByte offset: Int, in bytes: UnsafeBufferPointer<UInt8>) {
        self = Mark.walk(bytes) { $1 >= offset }.mark
    }

    /// The byte that stands at `mark`; nil at the end.
    static func byte(at mark: Mark, in bytes: UnsafeBufferPointer<UInt8>) -> UInt8? {
        let offset = Mark.walk(bytes) { here, _ in here >= mark }.offset
        return offset < bytes.count ? bytes[offset] : nil
    }

    /// Goes from character to character, to the end or to where it is told to stop.
    /// Lines end where YAML 1.1 ends them: at CR, LF, CR LF, NEL, LS and PS.
    private static func walk(
        _ bytes: UnsafeBufferPointer<UInt8>, until isThere: (Mark, Int) -> Bool
    ) -> (mark: Mark, offset: Int) {
        var line = 1
        var column = 1
        var offset = 0
        while offset < bytes.count, !isThere(Mark(line: line, column: column), offset) {
            let first = bytes[offset]
            let next = min(offset + (first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4), bytes.count)
            let endsLine =
                switch first {
                case 0x0A: true
                case 0x0D: next == bytes.count || bytes[next] != 0x0A
                case 0xC2: bytes[next - 1] == 0x85
                case 0xE2: bytes[next - 2] == 0x80 && (bytes[next - 1] == 0xA8 || bytes[next - 1] == 0xA9)
                default: false
                }
            line += endsLine ? 1 : 0
            column = endsLine ? 1 : column + 1
            offset = next
        }
        return (Mark(line: line, column: column), offset)
    }
}
