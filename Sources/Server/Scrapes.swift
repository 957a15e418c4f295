// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Exposition
import Gzip
import NIOCore

/// The text of the latest report: each group is written, and compressed, once for each form that somebody asks for, however
/// many scrape it.
actor Scrapes {
    private struct Key: Hashable {
        var group: FamilyGroup
        var form: TextForm
    }

    private var renderer: Renderer?
    private var rendered: Report?
    private var texts: [Key: ByteBuffer] = [:]
    private var deflated: [Key: DeflatedText] = [:]

    /// Of these groups, one behind the other.
    func texts(of groups: [FamilyGroup], as form: TextForm, in report: Report) -> [ByteBuffer] {
        follow(report)
        return groups.map { text(Key(group: $0, form: form), report) }
    }

    /// The same, compressed. Nil when there is no memory for that.
    func deflated(of groups: [FamilyGroup], as form: TextForm, in report: Report) -> [DeflatedText]? {
        follow(report)
        var parts: [DeflatedText] = []
        for group in groups {
            let key = Key(group: group, form: form)
            guard let part = deflated[key] ?? DeflatedText(text(key, report)) else { return nil }
            deflated[key] = part
            parts.append(part)
        }
        return parts
    }

    /// Two reports that share their storage are told alike at once.
    private func follow(_ report: Report) {
        if rendered == report { return }
        rendered = report
        renderer = nil
        texts.removeAll(keepingCapacity: true)
        deflated.removeAll(keepingCapacity: true)
    }

    private func text(_ key: Key, _ report: Report) -> ByteBuffer {
        if let text = texts[key] { return text }
        let renderer = renderer ?? Renderer(report)
        self.renderer = renderer
        let text = ByteBuffer(bytes: renderer.text(of: key.group, as: key.form))
        texts[key] = text
        return text
    }
}

/// A part of a compressed answer.
struct DeflatedText: Sendable {
    let part: DeflatedPart
    let buffer: ByteBuffer

    init?(_ text: ByteBuffer) {
        guard let part = DeflatedPart(Array(text.readableBytesView)) else { return nil }
        self.part = part
        buffer = ByteBuffer(bytes: part.bytes)
    }
}
