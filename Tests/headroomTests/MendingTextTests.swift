// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Host
import Journal
import Testing
import Units

@testable import headroom

@Suite struct MendingTextTests {
    private func restored(_ outcome: Restoration.Restored.Outcome) -> Restoration.Restored {
        Restoration.Restored(
            volume: VolumeIdentity(name: "p-snap-3", uuid: "", poolName: "p", thinID: 3), outcome: outcome)
    }

    @Test(arguments: [
        Restoration.Restored.Outcome.restored(.gibibytes(1)), .present, .poolAbsent, .forgotten("a\nb"), .failed("dead"),
    ])
    func `each kept volume's fate is one line with its name, and only a failure is a failure`(
        outcome: Restoration.Restored.Outcome
    ) {
        let line = RestoreText.line(restored(outcome))
        #expect(!line.contains("\n") && line.contains("p-snap-3"))
        #expect(restored(outcome).hasFailed == line.hasPrefix("failed"))
    }

    @Test func `a length is told in the words of sizes`() {
        #expect(RestoreText.line(restored(.restored(.gibibytes(3)))).contains("3GiB"))
    }
}
