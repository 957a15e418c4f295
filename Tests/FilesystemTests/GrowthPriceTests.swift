// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Testing
import Units

/// A growth on the real kernel (6.1): what the pool had mapped more when the kernel was done with the new tables.
struct MeasuredGrowth: Sendable, CustomStringConvertible {
    var geometry: FilesystemGeometry
    var to: Bytes
    var poolBlock: Bytes
    var seen: Bytes

    var description: String { "\(geometry.size) to \(to) by \(geometry.blockSize) on \(poolBlock)" }

    /// As mkfs.ext4 1.47 makes it for so many mebibytes below 512, with 1 KiB blocks.
    static func small(_ mebibytes: UInt64, to: UInt64, poolBlock: UInt64, seen: UInt64) -> MeasuredGrowth {
        let geometry = Ext4Geometry(
            blockSize: .kibibytes(1), blocks: mebibytes << 10, blocksPerGroup: 8192, inodesPerGroup: 2048, inodeSize: Bytes(256),
            groupsPerFlex: 16, reservedDescriptorBlocks: 256)
        return MeasuredGrowth(
            geometry: .ext4(geometry), to: .mebibytes(to), poolBlock: .kibibytes(poolBlock), seen: .kibibytes(seen))
    }

    /// And from 512 MiB on, with 4 KiB blocks.
    static func large(_ mebibytes: UInt64, to: UInt64, poolBlock: UInt64, seen: UInt64) -> MeasuredGrowth {
        let geometry = Ext4Geometry(
            blockSize: .kibibytes(4), blocks: mebibytes << 8, blocksPerGroup: 32_768, inodesPerGroup: 8192, inodeSize: Bytes(256),
            groupsPerFlex: 16, reservedDescriptorBlocks: mebibytes == 1024 ? 127 : 1024)
        return MeasuredGrowth(
            geometry: .ext4(geometry), to: .mebibytes(to), poolBlock: .kibibytes(poolBlock), seen: .kibibytes(seen))
    }

    static func xfs(_ mebibytes: UInt64, groups: UInt64 = 4, to: UInt64, poolBlock: UInt64, seen: UInt64) -> MeasuredGrowth {
        let blocks = mebibytes << 8
        let geometry = XFSGeometry(blockSize: .kibibytes(4), blocks: blocks, groupBlocks: blocks / groups, groups: groups)
        return MeasuredGrowth(
            geometry: .xfs(geometry), to: .mebibytes(to), poolBlock: .kibibytes(poolBlock), seen: .kibibytes(seen))
    }

    static let all: [MeasuredGrowth] = [
        small(256, to: 320, poolBlock: 64, seen: 4160), small(256, to: 512, poolBlock: 64, seen: 16_832),
        small(256, to: 1024, poolBlock: 64, seen: 50_496), small(256, to: 4096, poolBlock: 64, seen: 249_280),
        small(256, to: 4096, poolBlock: 512, seen: 263_680), large(1024, to: 3000, poolBlock: 512, seen: 34_816),
        large(1024, to: 4096, poolBlock: 64, seen: 51_008), large(1024, to: 8192, poolBlock: 64, seen: 117_248),
        large(1024, to: 8192, poolBlock: 512, seen: 120_832), xfs(512, to: 1000, poolBlock: 64, seen: 256),
        xfs(512, to: 16_384, poolBlock: 64, seen: 7936), xfs(512, to: 16_384, poolBlock: 512, seen: 63_488),
        xfs(4096, groups: 8, to: 20_480, poolBlock: 64, seen: 2048),
        xfs(4096, groups: 8, to: 20_480, poolBlock: 512, seen: 16_384),
    ]
}

@Suite struct GrowthPriceTests {
    @Test(arguments: MeasuredGrowth.all)
    func `the reckoned price is within a twentieth of what the kernel mapped`(growth: MeasuredGrowth) {
        let reckoned = growth.geometry.price(ofGrowthTo: growth.to, poolBlock: growth.poolBlock)
        #expect(reckoned.count * 20 >= growth.seen.count * 19, "reckoned \(reckoned), seen \(growth.seen)")
        #expect(reckoned.count * 20 <= growth.seen.count * 21, "reckoned \(reckoned), seen \(growth.seen)")
    }

    @Test func `no growth has no price`() {
        for growth in MeasuredGrowth.all {
            #expect(growth.geometry.price(ofGrowthTo: growth.geometry.size, poolBlock: growth.poolBlock) == .zero)
            #expect(growth.geometry.price(ofGrowthTo: .zero, poolBlock: growth.poolBlock) == .zero)
            #expect(growth.geometry.price(ofGrowthTo: growth.to, poolBlock: .zero) == .zero)
        }
    }

    @Test func `a larger growth never costs less, and every price is whole pool blocks`() {
        for growth in MeasuredGrowth.all {
            var last = Bytes.zero
            for step in UInt64(1)...400 {
                let to = growth.geometry.size + .mebibytes(step * 37)
                let price = growth.geometry.price(ofGrowthTo: to, poolBlock: growth.poolBlock)
                #expect(price >= last, "\(growth) at \(to)")
                #expect(price.count % growth.poolBlock.count == 0)
                last = price
            }
        }
    }

    @Test func `any wish is reckoned quickly, and one beyond all is no less than one that is large`() {
        let clock = ContinuousClock()
        for growth in MeasuredGrowth.all {
            var prices: [Bytes] = []
            let time = clock.measure {
                prices = [Bytes.gibibytes(1024), Bytes(1 << 60), Bytes(.max)].map {
                    growth.geometry.price(ofGrowthTo: $0, poolBlock: growth.poolBlock)
                }
            }
            #expect(prices == prices.sorted() && prices[0] > .zero)
            #expect(time < .seconds(2), "\(growth)")
        }
    }

    @Test func `a growth past the exactly reckoned part goes on in proportion`() {
        let geometry = FilesystemGeometry.ext4(
            Ext4Geometry(
                blockSize: .kibibytes(1), blocks: 262_144, blocksPerGroup: 8192, inodesPerGroup: 2048, inodeSize: Bytes(256),
                groupsPerFlex: 16, reservedDescriptorBlocks: 256))
        let one = geometry.price(ofGrowthTo: .gibibytes(100), poolBlock: .kibibytes(64))
        let ten = geometry.price(ofGrowthTo: .gibibytes(1000), poolBlock: .kibibytes(64))
        #expect(ten.count > one.count * 99 / 10)
        #expect(ten.count < one.count * 101 / 10)
    }
}

@Suite struct MaximumSizeTests {
    private func geometry(has64BitBlocks: Bool, inodesPerGroup: UInt64 = 8192) -> FilesystemGeometry {
        .ext4(
            Ext4Geometry(
                blockSize: .kibibytes(4), blocks: 262_144, blocksPerGroup: 32_768, inodesPerGroup: inodesPerGroup,
                inodeSize: Bytes(256), has64BitBlocks: has64BitBlocks))
    }

    @Test func `32-bit block numbers end below 16 TiB`() throws {
        let maximum = try #require(geometry(has64BitBlocks: false).maximumSize)
        #expect(maximum < Bytes.kibibytes(4).scaled(by: 1 << 32))
        #expect(maximum + .mebibytes(256) >= Bytes.kibibytes(4).scaled(by: 1 << 32))
    }

    @Test func `64-bit block numbers end where inode numbers do`() throws {
        let maximum = try #require(geometry(has64BitBlocks: true).maximumSize)
        // 2³² / 8,192 groups of 128 MiB, less the one that would pass.
        #expect(maximum == Bytes.mebibytes(128).scaled(by: 524_287))
        #expect(geometry(has64BitBlocks: true, inodesPerGroup: 16).maximumSize == Bytes.mebibytes(128).scaled(by: (1 << 28) - 1))
    }

    @Test func `XFS has no end that a pool could reach`() {
        #expect(
            FilesystemGeometry.xfs(XFSGeometry(blockSize: .kibibytes(4), blocks: 4, groupBlocks: 1, groups: 4)).maximumSize == nil
        )
    }
}
