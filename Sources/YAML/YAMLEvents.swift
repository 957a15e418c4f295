// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CYAML

/// libyaml's event stream over one text. Owns the parser and the bytes that it reads; both go when this goes.
struct YAMLEvents: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeBufferPointer<UInt8>
    /// libyaml ends a last line that has no end, and places what is missing on the line after it.
    private let end: Mark

    /// `bytes` are valid UTF-8.
    init(_ bytes: ArraySlice<UInt8>) throws(YAMLError) {
        parser = .allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw YAMLError(.outOfMemory, at: .start, "there is no memory to read this file: try again")
        }
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        _ = copy.initialize(from: bytes)
        input = UnsafeBufferPointer(copy)
        end = Mark(ofByte: input.count, in: input)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// What comes next. After `.streamEnd` nothing does.
    mutating func next() throws(YAMLError) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure }
        defer { yaml_event_delete(&event) }
        return try YAMLEvent(event, end: end)
    }

    private var failure: YAMLError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it cannot be read"
        switch parser.pointee.error {
        case YAML_MEMORY_ERROR:
            return YAMLError(.outOfMemory, at: .start, "there is no memory to read this file: try again")
        case YAML_READER_ERROR:
            // The reader knows only how many bytes it had passed.
            let mark = Mark(ofByte: Int(clamping: parser.pointee.problem_offset), in: input)
            return YAMLError(.encoding, at: mark, "a control character: remove it, or write it as an escape in double quotes")
        default:
            let (mark, context) = (parser.pointee.problem_mark, parser.pointee.context_mark)
            return YAMLSyntax(problem: problem, mark: mark, context: context, input: input, end: end).error
        }
    }
}

/// What libyaml saw, as far as it matters here.
struct YAMLEvent {
    enum Kind {
        case scalar(YAMLNode.Scalar)
        case sequenceStart, sequenceEnd, mappingStart, mappingEnd
        case documentStart(isExplicit: Bool)
        case documentEnd, streamStart, streamEnd
    }

    let kind: Kind
    let mark: Mark

    fileprivate init(_ event: yaml_event_t, end: Mark) throws(YAMLError) {
        mark = min(Mark(event.start_mark), end)
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            try YAMLEvent.refuse(anchor: scalar.anchor, tag: scalar.tag, at: mark)
            let bytes = UnsafeBufferPointer(start: scalar.value, count: Int(clamping: scalar.length))
            kind = .scalar(.init(String(decoding: bytes, as: UTF8.self), isQuoted: scalar.style != YAML_PLAIN_SCALAR_STYLE))
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            try YAMLEvent.refuse(anchor: start.anchor, tag: start.tag, at: mark)
            kind = .sequenceStart
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            try YAMLEvent.refuse(anchor: start.anchor, tag: start.tag, at: mark)
            kind = .mappingStart
        case YAML_ALIAS_EVENT:
            throw YAMLEvent.alias(event.data.alias.anchor, sign: "*", at: mark)
        case YAML_SEQUENCE_END_EVENT: kind = .sequenceEnd
        case YAML_MAPPING_END_EVENT: kind = .mappingEnd
        case YAML_DOCUMENT_START_EVENT: kind = .documentStart(isExplicit: event.data.document_start.implicit == 0)
        case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: kind = .streamEnd
        default: kind = .streamStart
        }
    }

    private static func refuse(
        anchor: UnsafeMutablePointer<yaml_char_t>?, tag: UnsafeMutablePointer<yaml_char_t>?, at mark: Mark
    ) throws(YAMLError) {
        if let anchor { throw alias(anchor, sign: "&", at: mark) }
        if let tag {
            let name = String(decodingCString: tag, as: UTF8.self)
            throw YAMLError(
                .tag, at: mark, "the tag `\(name)` is not read here: leave it out, or quote a value that begins with !")
        }
    }

    private static func alias(_ name: UnsafeMutablePointer<yaml_char_t>?, sign: String, at mark: Mark) -> YAMLError {
        let name = sign + (name.map { String(decodingCString: $0, as: UTF8.self) } ?? "")
        let text =
            sign == "*"
            ? "`\(name)` is an alias to YAML, and aliases are not read: a pattern goes into quotes, \"\(name)\""
            : "the anchor `\(name)` is not read here: write the value out where it is wanted, or quote a value that begins with &"
        return YAMLError(.alias, at: mark, text)
    }
}
