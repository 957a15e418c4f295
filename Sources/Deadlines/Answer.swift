// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// How a blocking call ended, as far as its caller could wait.
public enum Answer<Value: Sendable>: Sendable {
    case value(Value)
    /// It has not come back within its deadline. Its thread is lost until it does; the late value goes nowhere.
    case stuck
    /// Every thread that may be started is lost in a stuck call, so it was not begun.
    case exhausted

    public var value: Value? {
        if case .value(let value) = self { value } else { nil }
    }
}

extension Answer: Equatable where Value: Equatable {}

/// Why a blocking call has no value.
public enum DeadlineError: Error, Hashable, Sendable {
    case stuck(after: Duration)
    case exhausted
}
