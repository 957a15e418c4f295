// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Engine
public import Inventory
import Policy
import Units

/// Why a volume would or would not grow now, rule by rule.
public struct ExplainDocument: Codable, Hashable, Sendable {
    /// The verdict in a sentence.
    public var summary: String
    /// Sizes, owner, rule, mode, needs, verdict and refusal.
    public var volume: VolumeDocument
    /// Its pool; absent when that is not there.
    public var pool: PoolDocument?
    /// What is set for it, in order of precedence.
    public var overrides: [OverrideDocument]
    /// What was looked at, in order.
    public var findings: [FindingDocument]

    /// Nil when the report has no such volume.
    public init?(_ volume: Volume, in report: Report) {
        let scene = Scene(report)
        guard let view = scene.volumes.first(where: { $0.volume.identity == volume.identity }) else { return nil }
        let pool = scene.pools.first { $0.pool.name == volume.poolName }
        self.volume = VolumeDocument(view)
        self.pool = pool.map { PoolDocument($0, growths: report.growths.byPool[$0.pool.name]) }
        overrides = Overrides(report.overrides).about(volume).all.map { OverrideDocument($0) }
        findings = (view.decision?.findings ?? []).map { FindingDocument($0) }
        summary = view.summary
    }
}

public struct FindingDocument: Codable, Hashable, Sendable {
    /// The key of the rule or the part that it is about.
    public var subject: String
    public var text: String
    /// Whether it speaks for growth or against it; absent when it is only a fact.
    public var speaksFor: Bool?

    init(_ finding: Finding) {
        subject = finding.subject
        text = finding.text
        speaksFor = finding.speaksFor
    }
}

extension VolumeView {
    /// The verdict in a sentence for people.
    var summary: String {
        let name = volume.name.shown
        switch decision?.verdict {
        case nil: return "nothing was decided about \(name) yet"
        case .content: return "\(name) is large enough"
        case .grow(let order): return "\(name) is grown from \(order.from) to \(order.to) now"
        case .wouldGrow(let order):
            return "\(name) would be grown from \(order.from) to \(order.to) if its mode were enforce"
        case .refused(let refusal): return "\(name) should be larger and is not grown: \(refusal.text)"
        case .barred(let refusal): return "\(name) is not grown: \(refusal.text)"
        }
    }
}
