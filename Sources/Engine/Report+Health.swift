// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Units

extension PollHealth {
    mutating func succeeded(_ facts: Facts) {
        lastSuccess = facts.wallTime
        lastSucceeded = true
        lastError = nil
        durations.observe(facts.duration.seconds)
    }

    mutating func failed(_ error: HostError) {
        lastSucceeded = false
        lastError = error.description
    }
}
