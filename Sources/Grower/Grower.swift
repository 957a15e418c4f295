// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Host
public import Policy

/// Carries out orders, one step at a time. The only part that changes anything on the host.
public struct Grower: Sendable {
    private let host: any Host

    public init(host: any Host) { self.host = host }

    /// Carries out one order to its end. `onStep` hears how each step went.
    public func carryOut(
        _ order: Order, onStep: @Sendable (Step, StepReport) -> Void = { _, _ in }
    ) async -> GrowthResult {
        var growth = Growth(order)
        var action = growth.start()
        while true {
            switch action {
            case .carryOut(let step):
                let report = await host.perform(step)
                onStep(step, report)
                action = growth.next(after: report)
            case .finish(let result):
                return result
            }
        }
    }
}
