// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Testing

@Suite struct HistogramTests {
    @Test func `each observation falls into the first bucket that holds it`() {
        var histogram = Histogram(bounds: [1, 2, 5])
        for value in [0.5, 1, 1.5, 5, 6, 100] { histogram.observe(value) }
        #expect(histogram.counts == [2, 1, 1, 2])
        #expect(histogram.count == 6)
        #expect(histogram.sum == 114)
    }
}
