// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
public import Inventory
import Owners
import Units

/// The overrides that hold now, in order of precedence.
public struct Overrides: Sendable, Hashable {
    /// The one that decides first comes first.
    public let all: [Override]
    /// Those of single volumes, so that ten thousand volumes are not held against all of them.
    private let byVolume: [VolumeIdentity: [Override]]
    private let wide: [Override]

    public init(_ overrides: some Sequence<Override> = []) {
        all = overrides.sorted { $0.beats($1) }
        var byVolume: [VolumeIdentity: [Override]] = [:]
        var wide: [Override] = []
        for override in all {
            if case .volume(let volume) = override.scope {
                byVolume[volume, default: []].append(override)
            } else {
                wide.append(override)
            }
        }
        self.byVolume = byVolume
        self.wide = wide
    }

    public static let none = Overrides()

    /// What is set for this volume, with `more` beside it.
    public func about(_ volume: Volume, and more: Override? = nil) -> VolumeOverrides {
        if all.isEmpty, more == nil { return VolumeOverrides([]) }
        var found = (byVolume[volume.identity] ?? []) + wide.filter { $0.scope.contains(volume) }
        if let more { found.append(more) }
        return VolumeOverrides(found.sorted { $0.beats($1) })
    }
}

extension Override.Scope {
    public func contains(_ volume: Volume) -> Bool {
        switch self {
        case .volume(let identity): return identity == volume.identity
        case .pool(let name): return name == volume.poolName
        case .all: return true
        case .volumes(let glob):
            let container = volume.owner.container
            let logical = volume.owner.logicalVolume.map { "\($0.volumeGroup)/\($0.name)" }
            return [volume.name.description, container?.name, container?.id, logical].contains { name in
                name.map(glob.matches) ?? false
            }
        }
    }
}

/// What is set for one volume, by precedence.
public struct VolumeOverrides: Sendable {
    public let all: [Override]

    init(_ all: [Override]) { self.all = all }

    /// The one that decides whether it is grown.
    private var deciding: Override? { all.first { $0.kind.allowsOrForbids } }

    /// What keeps it from being grown.
    public var stop: Override? { deciding.flatMap { $0.kind.isNo ? $0 : nil } }

    /// What lets it be grown into the reserve.
    var exceeding: Override? { deciding.flatMap { $0.kind.isNo ? nil : $0 } }

    /// The growth that is asked for and not done yet, of a filesystem of this size: with several, the first.
    func growth(beyond size: Bytes) -> (override: Override, to: Bytes)? {
        for override in all where override.settled == nil {
            if case .grow(let to, _) = override.kind, to > size { return (override, to) }
        }
        return nil
    }

    /// What stops a growth that is asked for now: a wish is no override, so whatever stands stops it, but for an alert's
    /// where a person asks.
    func stop(of asked: Asked?) -> Override? {
        guard let stop, let asked else { return stop }
        return asked.source.isPerson && !stop.asked.source.isPerson ? nil : stop
    }

    /// The rule with what is pinned in it: each value by the first pin that says it.
    func applied(to rule: VolumeRule) -> VolumeRule {
        var rule = rule
        let pins = all.compactMap { if case .pin(let pin) = $0.kind { pin } else { nil } }
        if pins.isEmpty { return rule }
        let threshold = pins.lazy.compactMap(\.threshold).first ?? rule.threshold
        let target = pins.lazy.compactMap(\.target).first ?? rule.target
        rule.threshold = threshold
        rule.target = target < threshold ? target : VolumeRule.target(below: threshold)
        if let maximum = pins.lazy.compactMap(\.maximumSize).first {
            rule.maximumSize = maximum
            rule.maximumSizeIsPinned = true
        }
        return rule
    }

    /// One for each, for people.
    var findings: [Finding] {
        let decides = deciding
        return all.map { override in
            let isOverruled =
                switch override.kind {
                case .pin: false
                case .hold, .pause, .exceedReserve: override.id != decides?.id
                case .grow: override.settled == nil && decides?.kind.isNo ?? false
                }
            let says: Bool? =
                switch override.kind {
                case .pin: nil
                case .hold, .pause: false
                case .exceedReserve: true
                case .grow: override.settled == nil ? true : nil
                }
            return Finding(
                override.kind.name.rawValue, override.text + (isOverruled ? "; overruled by what else is set" : ""),
                speaksFor: isOverruled ? nil : says)
        }
    }
}

extension Rules {
    /// The rule for a volume with what is pinned in it.
    public func rule(for volume: Volume, under overrides: Overrides) -> VolumeRule {
        overrides.about(volume).applied(to: rule(for: volume))
    }
}
