// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

extension ThinPoolTable {
    /// The target's name in a table.
    public static let kind = "thin-pool"

    /// Reads a pool's line. Nil for another target and for what no known kernel prints. A feature that is not known here
    /// is passed over: it changes neither the pool's length nor its block size.
    public init?(parsing target: Target) {
        let parts = target.parts
        guard target.kind == ThinPoolTable.kind, target.start == Sectors(0), parts.count >= 4,
            let blockSize = UInt64(parts[2]), ThinPoolTable.blockSizes.contains(blockSize), blockSize % 128 == 0,
            let lowWaterMark = UInt64(parts[3])
        else { return nil }
        let features = parts.dropFirst(5)
        if parts.count > 4 {
            guard let count = Int(parts[4]), count == features.count else { return nil }
        }
        self.init(
            length: target.length, metadataDevice: DeviceNumber(parts[0]), dataDevice: DeviceNumber(parts[1]),
            blockSize: Sectors(blockSize), lowWaterMark: DataBlocks(lowWaterMark),
            errorsWhenFull: features.contains("error_if_no_space"),
            skipsBlockZeroing: features.contains("skip_block_zeroing"), ignoresDiscard: features.contains("ignore_discard"),
            passesDiscardDown: !features.contains("no_discard_passdown"), isReadOnly: features.contains("read_only"))
    }

    /// In sectors: 64 KiB ... 1 GiB, by multiples of 64 KiB (drivers/md/dm-thin.c, DATA_DEV_BLOCK_SIZE_*).
    private static let blockSizes: ClosedRange<UInt64> = 128...2_097_152
}

extension ThinPoolStatus {
    /// Reads a pool's line: `Fail`, `Error`, or
    /// `<transaction> <used>/<total metadata> <used>/<total data> <held root|-> <mode> <discard> [<when full>
    /// [<needs_check|-> [<metadata low water>]]]`. What is in brackets came with later kernels.
    public init(parsing target: Target) {
        guard target.kind == ThinPoolTable.kind else {
            self = .unknown("\(target)")
            return
        }
        switch target.words {
        case "Fail": self = .failed
        case "Error": self = .unreadable
        default: self = Report(parsing: target.parts).map { .working($0) } ?? .unknown(target.words)
        }
    }
}

extension ThinPoolStatus.Report {
    fileprivate init?(parsing parts: [Substring]) {
        guard parts.count >= 6, let transaction = UInt64(parts[0]), let metadata = Fill(parts[1]), let data = Fill(parts[2]),
            let mode = ThinPoolStatus.Mode(word: parts[4]), let discard = ThinPoolStatus.Discard(word: parts[5])
        else { return nil }
        self.init(
            transactionID: transaction, metadataUsed: MetadataBlocks(metadata.used),
            metadataTotal: MetadataBlocks(metadata.total), dataUsed: DataBlocks(data.used), dataTotal: DataBlocks(data.total),
            mode: mode, discard: discard)
        if parts[3] != "-" {
            guard let root = UInt64(parts[3]) else { return nil }
            heldRoot = MetadataBlocks(root)
        }
        if parts.count > 6 {
            guard let whenFull = ThinPoolStatus.WhenFull(word: parts[6]) else { return nil }
            self.whenFull = whenFull
        }
        if parts.count > 7 {
            guard parts[7] == "-" || parts[7] == "needs_check" else { return nil }
            needsCheck = parts[7] == "needs_check"
        }
        if parts.count > 8 {
            guard let mark = UInt64(parts[8]) else { return nil }
            metadataLowWaterMark = MetadataBlocks(mark)
        }
    }
}

/// `<used>/<total>`.
private struct Fill {
    let used: UInt64
    let total: UInt64

    init?(_ word: Substring) {
        let parts = word.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let used = UInt64(parts[0]), let total = UInt64(parts[1]), used <= total else { return nil }
        self.used = used
        self.total = total
    }
}

extension ThinPoolStatus.Mode {
    fileprivate init?(word: Substring) {
        switch word {
        case "rw": self = .readWrite
        case "ro": self = .readOnly
        case "out_of_data_space": self = .outOfDataSpace
        default: return nil
        }
    }
}

extension ThinPoolStatus.Discard {
    fileprivate init?(word: Substring) {
        switch word {
        case "discard_passdown": self = .passdown
        case "no_discard_passdown": self = .noPassdown
        case "ignore_discard": self = .ignored
        default: return nil
        }
    }
}

extension ThinPoolStatus.WhenFull {
    fileprivate init?(word: Substring) {
        switch word {
        case "queue_if_no_space": self = .queue
        case "error_if_no_space": self = .error
        default: return nil
        }
    }
}
