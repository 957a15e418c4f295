// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import DeviceMapper
import Units

/// Calls by which owners change their volumes, one at a time for each key. After its deadline a call is `stuck`, and left to
/// come to its end, since half a change is what nobody wants: the next one of its key is refused until it has, and no other.
struct OwnerCalls<Key: Hashable & Sendable>: Sendable {
    /// Why nothing is asked: a former call of this key, or too many of others, have not come back.
    struct Reasons {
        var lost: String
        var exhausted: String
    }

    private let calls: Inquiry<Key>
    let limits: BlockingPool.Limits

    /// `pool` is the name of its threads, up to 15 bytes.
    init(pool: String, limits: BlockingPool.Limits, deadline: Duration) {
        self.limits = limits
        calls = Inquiry(BlockingPool(name: pool, limits: limits), deadline: deadline)
    }

    func run(
        _ key: Key, on volume: DeviceName, through control: any DeviceAccess, within deadline: Duration? = nil,
        or reasons: Reasons,
        _ perform: @escaping @Sendable () throws(StepFailure) -> Void
    ) async -> StepReport {
        guard !calls.isLost(key) else { return StepReport(outcome: .refused(reason: reasons.lost), duration: .zero) }
        let answer = await calls.ask(key, within: deadline) { _ in
            var report = StepReport(outcome: .done, duration: .zero)
            do throws(StepFailure) { try perform() } catch { report.outcome = error.outcome }
            report.deviceLength = TableSteps(control: control).liveLength(volume)
            return report
        }
        return switch answer {
        case .value(let report): report
        case .stuck: StepReport(outcome: .stuck(after: deadline ?? calls.deadline), duration: .zero)
        case .exhausted: StepReport(outcome: .refused(reason: reasons.exhausted), duration: .zero)
        }
    }
}
