// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import FoundationEssentials

extension PoolDocument {
    /// A day: time to get a disk.
    private static let far = 86_400.0

    /// Within the hour, or within a day where much is used already: a pool that is nearly empty and has just got its images is well.
    private static func isNear(_ seconds: Double, used: Double?) -> Bool {
        seconds < 3600 || seconds < far && (used ?? 1) >= 0.6
    }

    var troubles: [WatchTrouble] {
        let title = name.printable
        func trouble(_ rank: WatchTrouble.Rank, _ words: String, _ advice: String?, urgency: Double = 0) -> WatchTrouble {
            WatchTrouble(rank: rank, subject: title, words: words, advice: advice, urgency: urgency)
        }
        var all: [WatchTrouble] = []
        if let words = stateInWords { all.append(trouble(.failing, words, bar?.hint)) }
        if suspended { all.append(trouble(.failing, "is suspended: writes wait", bar?.hint)) }
        if needsCheck == true { all.append(trouble(.soon, "needs a check: nothing on it is grown", bar?.hint)) }
        let room = "free space in it (remove volumes, run fstrim) or make it larger"
        if let seconds = dataFullInSeconds, PoolDocument.isNear(seconds, used: usedShare), state == "read_write" {
            all.append(
                trouble(seconds < 3600 ? .soon : .later, "data is full in \(WatchWords.span(seconds))", room, urgency: seconds))
        }
        if let seconds = metadataFullInSeconds, PoolDocument.isNear(seconds, used: metadataShare) {
            let isFirst = metadataRunsOutFirst == true
            let words = "metadata is full in \(WatchWords.span(seconds))\(isFirst ? ", before its data" : "")"
            all.append(trouble(seconds < 3600 ? .soon : .later, words, metadataAdvice, urgency: seconds))
        } else if let metadataShare, metadataShare >= 0.9 {
            all.append(trouble(.later, "\(WatchWords.percent(metadataShare)) of its metadata is used", metadataAdvice))
        } else if metadataRunsOutFirst == true {
            let words = "its metadata is too small for all of its data"
            all.append(trouble(.later, words, metadataAdvice, urgency: PoolDocument.far))
        }
        if headroomBytes == 0, state == "read_write" {
            let what = limitedByMetadata == true ? "metadata" : "data"
            all.append(
                trouble(
                    .refused, "has no headroom left: all \(what) above its reserve is used or promised",
                    limitedByMetadata == true ? metadataAdvice : room))
        }
        return all
    }

    private var metadataAdvice: String { "make its metadata device larger, or remove snapshots" }

    private var stateInWords: String? {
        switch state {
        case "read_write": nil
        case "out_of_data_space": "writes wait or fail: no data space is left"
        case "read_only": "writes are failing: the pool is read-only"
        case "failed": "writes are failing: the pool has failed"
        default: "the pool does not tell its state"
        }
    }
}

extension VolumeDocument {
    /// Nil where all is well, or nobody is to do anything.
    func trouble(at now: Date) -> WatchTrouble? {
        let available = filesystem?.availableBytes
        let use = usedShare.map { "\(WatchWords.percent($0)) of \(WatchWords.size(filesystem?.sizeBytes)) used" }
        let full = fullInSeconds.map { "full in \(WatchWords.span($0))" }
        let figures = [use, full].compactMap(\.self).map { ", \($0)" }.joined()
        func trouble(_ rank: WatchTrouble.Rank, _ kind: String, _ words: String, advice: String? = nil) -> WatchTrouble {
            let told = refusal.map { "\(named($0.text)). To do: \($0.hint)" }
            return WatchTrouble(
                rank: rank, subject: title, words: words, advice: advice ?? told,
                urgency: fullInSeconds ?? 1e9 * (1 - (usedShare ?? 0)), kind: kind, pool: pool)
        }
        let reason = WatchWords.reason(refusal)
        let isFull = available == 0 && filesystem?.readonly != true
        let isSoonFull = (fullInSeconds ?? .infinity) < 3600 || (usedShare ?? 0) >= 0.95
        let why = verdict == .refused ? ", refused: \(reason)" : ""
        let grow = "`headroom grow \(title) --by SIZE` grows it now; or let mode enforce hold for rule `\(rule ?? "")`"
        if isFull {
            let words = "writes are failing: full\(why)"
            return trouble(.failing, words, words, advice: verdict == .wouldGrow ? grow : nil)
        }
        switch verdict {
        // Room for a burst that an idle filesystem does not get is a pity and no more.
        case .refused where needs == [.burst] && !isSoonFull && (usedShare ?? 0) < 0.8: return nil
        case .refused:
            let rank: WatchTrouble.Rank = (fullInSeconds ?? .infinity) < 3600 ? .soon : .refused
            let since = refusedSince.map { " for \(WatchWords.age(of: $0, at: now))" } ?? ""
            return trouble(rank, "refused: \(reason)", "refused: \(reason)\(since)\(figures)")
        case .wouldGrow where isSoonFull:
            return trouble(.soon, "fills, and is only observed", "fills, and is only observed\(figures)", advice: grow)
        case .barred:
            switch refusal?.reason {
            case .stuck?: return trouble(.failing, "does not answer", "does not answer")
            case .suspended?: return trouble(.failing, "is suspended: writes wait", "is suspended: writes wait")
            case .broken?: return trouble(.failing, "is larger than its device", "is larger than its device")
            case .off?, .parent?: return nil
            default:
                let words = "fills, and is not grown: \(reason)"
                return isSoonFull ? trouble(.soon, words, words + figures) : nil
            }
        case .content, .grow, .wouldGrow, nil: return nil
        }
    }
}
