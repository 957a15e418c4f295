// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Inventory
import Owners
import Units

extension Rules {
    /// The first rule that matches the pool, or the defaults.
    public func rule(for pool: Pool) -> PoolRule {
        pools.first { $0.match.matches(pool.name.description) } ?? PoolRule()
    }

    /// The first rule that matches the volume, or the defaults. Where that cannot be told yet, the first that may match.
    public func rule(for volume: Volume) -> VolumeRule { choice(for: volume).rule }

    /// The mode that holds for the volume: observe as long as it is not known which rule does.
    public func mode(for volume: Volume) -> Mode { mode(of: choice(for: volume)) }

    func choice(for volume: Volume) -> RuleChoice {
        for rule in volumes {
            switch rule.match.matches(volume) {
            case .yes: return RuleChoice(rule: rule)
            case .no: continue
            case .unknown(let what): return RuleChoice(rule: rule, unknown: what)
            }
        }
        return RuleChoice(rule: Rules.fallback)
    }

    func mode(of choice: RuleChoice) -> Mode { choice.unknown == nil ? choice.rule.mode ?? mode : .observe }
}

/// The rule for a volume, as far as that can be told.
struct RuleChoice {
    var rule: VolumeRule
    /// What is not known of the volume and may make another rule hold for it.
    var unknown: String?
}

extension Refusal {
    /// What keeps a volume from being grown of which it is not known which rule holds.
    static func bar(on volume: Volume, _ choice: RuleChoice) -> Refusal? {
        guard let unknown = choice.unknown else { return nil }
        return Refusal(
            .unidentified,
            "\(unknown) of \(volume.name) are not known yet, and rule `\(choice.rule.name)` asks for them",
            hint: "nothing to do, if this is over in a moment; else see the log")
    }
}

extension VolumeMatch {
    enum Answer: Hashable {
        case yes, no
        /// With what is missing, in the plural.
        case unknown(String)
    }

    /// A glob about what the volume does not have (an image, a label) does not match it.
    func matches(_ volume: Volume) -> Answer {
        let container = volume.owner.container
        let logical = volume.owner.logicalVolume
        func fits(_ glob: Glob?, _ texts: String?...) -> Bool {
            guard let glob else { return true }
            return texts.contains { $0.map(glob.matches) ?? false }
        }
        guard
            fits(owner, volume.owner.name), fits(self.container, container?.name, container?.id),
            fits(self.volume, volume.name.description), fits(pool, volume.poolName.description),
            fits(volumeGroup, logical?.volumeGroup), fits(logicalVolume, logical?.name)
        else { return .no }
        // What is not known yet decides only where all that is known fits.
        var isLabelMissing = false
        let asked = labels.map { ($0.value, container?.labels[$0.key]) } + (image.map { [($0, container?.image)] } ?? [])
        for (glob, value) in asked where !fits(glob, value) {
            guard value == nil, volume.awaitsLabels else { return .no }
            isLabelMissing = true
        }
        if let tag {
            guard logical != nil else { return .no }
            guard let tags = volume.tags else { return .unknown("the tags") }
            guard tags.contains(where: tag.matches) else { return .no }
        }
        return isLabelMissing ? .unknown("the labels and the image") : .yes
    }
}
