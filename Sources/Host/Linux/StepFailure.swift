// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Filesystem

/// Why a step ended before it was done.
struct StepFailure: Error {
    let outcome: StepReport.Outcome
    /// It was only this way to the volume that led nowhere.
    var leavesOtherWays = false

    static func refused(_ reason: String) -> StepFailure { StepFailure(outcome: .refused(reason: reason)) }
    static func failed(_ text: String, errno: Int32 = 0) -> StepFailure {
        StepFailure(outcome: .failed(errno: errno, text: text))
    }

    init(outcome: StepReport.Outcome) { self.outcome = outcome }
    init(_ error: DeviceMapperError) { self.init(outcome: .failed(errno: error.errno, text: "\(error)")) }
    init(_ error: FilesystemError) { self.init(outcome: .failed(errno: error.errno, text: "\(error)")) }
}

/// Runs a request to device-mapper, and turns its error into the step's.
func attempt<Value>(_ request: () throws(DeviceMapperError) -> Value) throws(StepFailure) -> Value {
    do throws(DeviceMapperError) { return try request() } catch { throw StepFailure(error) }
}
