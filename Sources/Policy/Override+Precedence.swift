// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

extension Override {
    /// Whether this one decides where it and `other` stand against each other: a person beats an alert; then the narrower
    /// beats the wider; then no beats yes; then the newer beats the older. Of two that are alike in all of that the larger
    /// number decides, so that one of two always does.
    public func beats(_ other: Override) -> Bool {
        if rank != other.rank { return rank < other.rank }
        if start != other.start { return start > other.start }
        return id > other.id
    }

    private var rank: Rank { Rank(source: asked.source.isPerson ? 0 : 1, width: scope.width, answer: kind.isNo ? 0 : 1) }

    private struct Rank: Hashable, Comparable {
        let source: Int
        let width: Int
        let answer: Int

        static func < (a: Rank, b: Rank) -> Bool { (a.source, a.width, a.answer) < (b.source, b.width, b.answer) }
    }

    /// Whether `other` says the same of the same and comes from the same side: the later one takes its place. Of two alerts
    /// each has its own, since each ends when it is over.
    public func replaces(_ other: Override) -> Bool {
        kind.name == other.kind.name && scope == other.scope && asked.source.isPerson == other.asked.source.isPerson
            && alert?.fingerprint == other.alert?.fingerprint
    }
}

extension Override.Kind {
    /// It keeps growth from being done; the others allow it.
    public var isNo: Bool {
        switch self {
        case .hold, .pause: true
        case .pin, .exceedReserve, .grow: false
        }
    }

    /// Of those that stand for a volume the first such one decides.
    var allowsOrForbids: Bool {
        switch self {
        case .hold, .pause, .exceedReserve: true
        case .pin, .grow: false
        }
    }
}

extension Override.Scope {
    /// The narrower, the less.
    fileprivate var width: Int {
        switch self {
        case .volume: 0
        case .volumes: 1
        case .pool: 2
        case .all: 3
        }
    }
}
