// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing
import Units

@testable import headroom

struct ShareArgumentTests {
    @Test(arguments: [("90%", 0.9), ("0.9", 0.9), ("90", 0.9), ("0.8%", 0.008), ("1", 1), ("100", 1), ("1%", 0.01)])
    func `A share is written as in the configuration, or as a percentage`(argument: String, value: Double) throws {
        let share = try #require(ShareArgument(argument: argument)).ratio.value
        #expect(abs(share - value) < 1e-9)
    }

    @Test(arguments: ["", "x", "-0.5", "nan", "80%%"])
    func `What is none is refused`(argument: String) { #expect(ShareArgument(argument: argument) == nil) }
}
