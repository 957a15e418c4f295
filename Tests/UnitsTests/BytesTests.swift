// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing
import Units

@Suite struct BytesTests {
    @Test(
        arguments: [
            ("42GiB", Bytes.gibibytes(42)), ("42G", .gibibytes(42)), ("42g", .gibibytes(42)), ("1.5TiB", .gibibytes(1536)),
            ("512", Bytes(512)), ("0", .zero), ("512B", Bytes(512)), (" 256 MiB ", .mebibytes(256)), ("4K", .kibibytes(4)),
            ("18446744073709551615", Bytes(.max)),
        ])
    func `a size reads as people write it`(text: String, size: Bytes) {
        #expect(Bytes(text) == size)
    }

    @Test(
        arguments: [
            "", "GiB", "-1GiB", "+1", "1.5", "1..5G", ".5G", "5.G", "42GB2", "42 apples", "16EiB", "18446744073709551616", "1e9",
            "٣GiB",
        ])
    func `what is no size does not read`(text: String) {
        #expect(Bytes(text) == nil)
    }

    @Test func `every size is shown so that it reads back within half a percent`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let size = Bytes(UInt64.random(in: 0...(.max), using: &generator) >> UInt64.random(in: 0..<64, using: &generator))
            guard let back = Bytes(size.description) else {
                // Only the very largest round up to what no longer fits.
                #expect(size.count > 15 << 60, "\(size.count) is shown as \(size)")
                continue
            }
            let apart = max(back, size).less(min(back, size))
            #expect(Double(apart.count) <= Double(size.count) * 0.005, "\(size.count) is shown as \(size)")
        }
    }

    @Test func `a sum or product never wraps`() {
        #expect(Bytes(.max) + Bytes(1) == Bytes(.max))
        #expect(Bytes(.max).scaled(by: 2) == Bytes(.max))
        #expect(Bytes(1).subtracting(Bytes(2)) == nil)
        #expect(Bytes(1).less(Bytes(2)) == .zero)
        #expect(Bytes(.max).roundedUp(to: .mebibytes(1)).count % Bytes.mebibytes(1).count == 0)
    }
}

@Suite struct DurationTests {
    @Test(
        arguments: [
            ("15s", Duration.seconds(15)), ("50ms", .milliseconds(50)), ("10m", .seconds(600)), ("2h", .seconds(7200)),
            ("1d", .seconds(86400)), ("1.5s", .milliseconds(1500)), ("0", .zero),
        ])
    func `a duration reads as people write it`(text: String, duration: Duration) {
        #expect(Duration(text: text) == duration)
    }

    @Test(arguments: ["", "15", "s", "-1s", "1 fortnight", "1e3s", "99999999999d"])
    func `what is no duration does not read`(text: String) {
        #expect(Duration(text: text) == nil)
    }
}
