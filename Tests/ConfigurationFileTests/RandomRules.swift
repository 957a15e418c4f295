// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Dice
import Owners
import Policy
import Units

extension SplitMix64 {
    mutating func chance(_ n: Int) -> Bool { Int.random(in: 0..<n, using: &self) == 0 }

    mutating func one<T>(of values: T...) -> T { values[Int.random(in: 0..<values.count, using: &self)] }

    /// Thousandths, from one to another.
    mutating func share(_ range: ClosedRange<Int>) -> Ratio {
        // As the reader reckons it from a percentage.
        Ratio(Double(Int.random(in: range, using: &self)) / 10 / 100) ?? .zero
    }

    mutating func size(_ range: ClosedRange<UInt64> = 1 << 20...1 << 62) -> Bytes {
        let count = UInt64.random(in: range, using: &self) >> UInt64.random(in: 0...40, using: &self)
        return Bytes(min(max(count, range.lowerBound), range.upperBound))
    }

    mutating func milliseconds(_ range: ClosedRange<Int>) -> Duration { .milliseconds(Int.random(in: range, using: &self)) }

    mutating func text(_ length: ClosedRange<Int>) -> String {
        let letters = Array("abz019-_./:*?{}[]#&!|>'\"%@`,~\\ üж🙂")
        return String(
            (0..<Int.random(in: length, using: &self)).map { _ in letters[Int.random(in: 0..<letters.count, using: &self)] })
    }
}

extension Rules {
    /// Any that are right.
    static func random(using random: inout SplitMix64) -> Rules {
        var rules = Rules()
        rules.mode = random.one(of: .observe, .enforce)
        rules.poll.interval = random.milliseconds(1000...3_600_000)
        rules.poll.fastest = random.milliseconds(10...Int(rules.poll.interval.seconds * 1000))
        if random.chance(2) {
            rules.plainHook = OwnerHook(
                command: ["/" + random.text(0...12)]
                    + (0..<Int.random(in: 0...3, using: &random)).map { _ in random.text(1...8) },
                timeout: random.milliseconds(1000...50_000))
        }
        rules.audit = random.one(of: nil, .journald, .file("/" + random.text(0...12) + "x"))
        rules.pools = (0..<Int.random(in: 0...4, using: &random)).map { _ in .random(using: &random) }
        rules.volumes = (0..<Int.random(in: 0...5, using: &random)).map { .random(number: $0, using: &random) }
        rules.alerts = (0..<Int.random(in: 0...4, using: &random)).map { .random(number: $0, using: &random) }
        return rules
    }
}

extension AlertRule {
    fileprivate static func random(number: Int, using random: inout SplitMix64) -> AlertRule {
        let amount: AlertAmount = random.one(of: .by(random.size()), .byShare(random.share(1...5000)), .to(random.size()))
        let pin = Override.Pin(threshold: random.share(2...1000), maximumSize: random.chance(2) ? random.size() : nil)
        let action: AlertAction = random.one(of: .grow(amount), .exceedReserve(amount), .hold, .pause, .pin(pin))
        let target: AlertTarget? =
            switch action {
            case .pause: random.one(of: nil, .pool(label: "which_pool"))
            case .hold, .pin: random.one(of: nil, .pool(label: "p"), .container(label: "name"), .volume(label: "_v1"))
            case .grow, .exceedReserve: random.one(of: nil, .container(label: "name"), .volume(label: "_v1"))
            }
        // The number keeps them apart.
        var rule = AlertRule(
            labels: ["alertname": Glob(random.text(1...8)), "n\(number)": Glob(random.text(1...8))], action: action,
            target: target)
        if random.chance(2) { rule.lasting = random.milliseconds(1000...86_400_000) }
        if random.chance(2) { rule.cooldown = random.milliseconds(0...604_800_000) }
        if random.chance(2) { rule.maximumTotal = random.size() }
        return rule
    }
}

extension PoolRule {
    fileprivate static func random(using random: inout SplitMix64) -> PoolRule {
        var rule = PoolRule()
        if !random.chance(4) { rule.match = Glob(random.text(1...12)) }
        if random.chance(2) { rule.dataReserve = random.share(0...999) }
        if random.chance(2) { rule.metadataReserve = random.share(0...999) }
        if random.chance(2) { rule.assumedFillRate = ByteRate(random.size(0...1 << 40), per: .seconds(1)) }
        if random.chance(2) { rule.overcommitLimit = Ratio(Double(Int.random(in: 1...100_000, using: &random)) / 100) }
        return rule
    }
}

extension VolumeRule {
    fileprivate static func random(number: Int, using random: inout SplitMix64) -> VolumeRule {
        // The number at the end keeps names apart, and blanks off the end.
        var rule = VolumeRule(name: "r" + random.text(0...10) + "\(number)")
        if random.chance(2) { rule.match = .random(using: &random) }
        rule.mode = random.one(of: nil, .observe, .enforce, .off)
        if random.chance(2) {
            rule.threshold = random.share(2...1000)
            rule.target = random.share(1...max(1, Int((rule.threshold.value * 1000).rounded()) - 1))
        }
        if random.chance(2) {
            rule.minimumStep = random.size(0...1 << 50)
            rule.maximumStep = random.size(max(1, rule.minimumStep.count)...1 << 62)
        }
        if random.chance(3) { rule.minimumSize = random.size() }
        if random.chance(3) { rule.maximumSize = random.size((rule.minimumSize?.count ?? 1)...(1 << 62)) }
        if random.chance(2) { rule.maximumShare = random.share(1...1000) }
        if random.chance(2) { rule.cooldown = random.milliseconds(0...1_000_000_000) }
        return rule
    }
}

extension VolumeMatch {
    fileprivate static func random(using random: inout SplitMix64) -> VolumeMatch {
        var match = VolumeMatch()
        if random.chance(3) { match.owner = Glob(random.one(of: "docker", "lvm", "*")) }
        if random.chance(3) { match.container = Glob(random.text(1...12)) }
        if random.chance(3) { match.image = Glob(random.text(1...12)) }
        if random.chance(3) { match.volume = Glob(random.text(1...12)) }
        if random.chance(3) { match.pool = Glob(random.text(1...12)) }
        if random.chance(4) { match.volumeGroup = Glob(random.text(1...8)) }
        if random.chance(4) { match.logicalVolume = Glob(random.text(1...8)) }
        if random.chance(4) { match.tag = Glob(random.text(1...8)) }
        for _ in 0..<Int.random(in: 0...2, using: &random) { match.labels[random.text(1...8)] = Glob(random.text(1...8)) }
        return match
    }
}
