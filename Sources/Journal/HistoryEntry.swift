// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Policy
public import Units

/// One thing that happened, as it is told later.
public struct HistoryEntry: Hashable, Sendable {
    /// To the millisecond.
    public var time: WallTime
    public var kind: Kind
    /// What became of it: a growth was `done`, `failed` or `interrupted`; a decision was `grow`, `would_grow`, `refused` or
    /// `content`; an override was `set`, `replaced`, `lifted` or has `expired`; of an alert, its result.
    public var event: String
    /// A volume's name, as it is shown; of an override the pattern, if it is for several.
    public var volume: String?
    public var pool: String?
    public var container: NamedContainer?
    /// Who asked: a person's or an alert's name; `rules` where nobody did.
    public var author: String
    public var source: Source
    /// Why: in a person's words, or the need or the refusal in one word.
    public var reason: String?
    /// The filesystem's size; the device's where only that has changed.
    public var before: Bytes?
    public var after: Bytes?
    /// Only a device was made longer, ahead of need.
    public var isRunway = false
    /// What was set, or is over.
    public var override: Override?
    /// In a sentence for people.
    public var text: String

    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable { case growth, decision, override, alert }

    public enum Source: String, Hashable, Sendable, Codable, CaseIterable {
        case rules, cli, api, alert

        init(_ asked: Asked.Source) {
            self =
                switch asked {
                case .cli: .cli
                case .api: .api
                case .alert: .alert
                }
        }
    }

    /// A container by what its owner called it then.
    public struct NamedContainer: Hashable, Sendable, Codable {
        public var id: String
        public var name: String?

        public init(id: String, name: String?) {
            self.id = id
            self.name = name
        }
    }

    public init(time: WallTime, kind: Kind, event: String, by asked: Asked?, text: String) {
        self.time = WallTime(milliseconds: time.milliseconds)
        self.kind = kind
        self.event = event
        author = asked?.author ?? Source.rules.rawValue
        source = asked.map { Source($0.source) } ?? .rules
        reason = asked?.reason
        self.text = text
    }
}

/// How it is written down: the keys that readers of the audit log see.
extension HistoryEntry: Codable {
    private enum CodingKeys: String, CodingKey {
        case time, kind, event, volume, pool, container, author, source, reason, override, text
        case before = "before_bytes"
        case after = "after_bytes"
        case isRunway = "runway"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        guard let time = WallTime(iso8601: try values.decode(String.self, forKey: .time)) else {
            throw DecodingError.dataCorruptedError(forKey: .time, in: values, debugDescription: "no moment")
        }
        self.time = time
        kind = try values.decode(Kind.self, forKey: .kind)
        event = try values.decode(String.self, forKey: .event)
        volume = try values.decodeIfPresent(String.self, forKey: .volume)
        pool = try values.decodeIfPresent(String.self, forKey: .pool)
        container = try values.decodeIfPresent(NamedContainer.self, forKey: .container)
        author = try values.decode(String.self, forKey: .author)
        source = try values.decode(Source.self, forKey: .source)
        reason = try values.decodeIfPresent(String.self, forKey: .reason)
        before = try values.decodeIfPresent(Bytes.self, forKey: .before)
        after = try values.decodeIfPresent(Bytes.self, forKey: .after)
        isRunway = try values.decodeIfPresent(Bool.self, forKey: .isRunway) ?? false
        override = try values.decodeIfPresent(Override.self, forKey: .override)
        text = try values.decode(String.self, forKey: .text)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(time.iso8601, forKey: .time)
        try values.encode(kind, forKey: .kind)
        try values.encode(event, forKey: .event)
        try values.encodeIfPresent(volume, forKey: .volume)
        try values.encodeIfPresent(pool, forKey: .pool)
        try values.encodeIfPresent(container, forKey: .container)
        try values.encode(author, forKey: .author)
        try values.encode(source, forKey: .source)
        try values.encodeIfPresent(reason, forKey: .reason)
        try values.encodeIfPresent(before, forKey: .before)
        try values.encodeIfPresent(after, forKey: .after)
        if isRunway { try values.encode(isRunway, forKey: .isRunway) }
        try values.encodeIfPresent(override, forKey: .override)
        try values.encode(text, forKey: .text)
    }
}
