// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Inventory
import Journal
import Logging
import Policy
import Units

/// Growths that a crash cut off: at the next start each is finished where its device got its length, else undone, and
/// the log and the journal say which.
extension Engine {
    /// A growth that was cut off between load and resume has left a table behind. LVM's are LVM's to clean up.
    func undoLoad(_ order: Order) async {
        switch order.lasting {
        case .byRecord, .byRestoring: break
        case .byLogicalVolume, .byInstance, .never: return
        }
        guard order.deviceTo > order.deviceFrom else { return }
        let report = await host.perform(.clearTable(order.volume))
        // One that is gone has no table either.
        logger.info(
            "a table that may have been left behind on \(order.volume.name): \(report.outcome)",
            metadata: ["volume": "\(order.volume.name)", "step": "clear_table"])
    }

    /// After the first look.
    func finishCutOff() async {
        guard case .journal(let journal) = books, snapshot != nil else { return }
        let found = cutOff
        cutOff = []
        for growth in found {
            let fate = await fate(of: growth.order)
            logger.warning(
                "the growth of \(growth.order.volume.name) from \(growth.order.from) to \(growth.order.to) was cut off: \(fate.text)",
                metadata: ["volume": "\(growth.order.volume.name)"])
            do throws(JournalError) {
                let outcome = GrowthOutcome(.interrupted, finishedAt: .now(), reached: fate.reached, failure: fate.text)
                try await journal.finish(growth.id, outcome, in: container(on: growth.order.volume))
            } catch {
                return stopGrowing(error)
            }
        }
    }

    private struct Fate {
        var text: String
        /// The filesystem's size.
        var reached: Bytes?
    }

    /// Finishes it, if that is what is to be done.
    private func fate(of order: Order) async -> Fate {
        guard let volume = snapshot?.volumes.first(where: { $0.identity == order.volume }) else {
            return Fate(text: "the volume is not there now")
        }
        guard let size = volume.filesystem?.geometry?.size else {
            return Fate(text: "its filesystem is not mounted now, and its device is \(volume.size)")
        }
        if size > order.from { return await finished(order, volume, at: size) }
        if volume.size.wholeSectors < order.deviceTo { return Fate(text: "undone, nothing has changed", reached: size) }
        if order.isRunway { return Fate(text: "finished, its device is \(volume.size)", reached: size) }
        return await finished(order, volume, at: size)
    }

    /// What of the reserve it had been granted is granted still, and was counted as spent.
    private func leave(of order: Order) -> Override? {
        order.exceeds.map {
            Override(
                id: .random(), kind: .exceedReserve(bound: $0.bytes), scope: .volume(order.volume),
                asked: order.asked ?? Asked(author: "headroom", source: .alert), start: .now(), end: nil)
        }
    }

    /// The device has its length. What is left is what had been granted before.
    private func finished(_ order: Order, _ volume: Volume, at size: Bytes) async -> Fate {
        // ext4 leaves out a last group that is too small for its own tables, so nearly there is there.
        let crumb = min(Bytes(order.added.count / 4), .mebibytes(16))
        if size + crumb >= order.to { return Fate(text: "it had been finished", reached: size) }
        let left = "its device is \(volume.size), its filesystem \(size): that harms nothing"
        // Asked for by a rule that may not act any more.
        guard order.reason == .manual || rules.mode(for: volume) == .enforce else {
            return Fate(text: "left as it is in this mode, \(left)", reached: size)
        }
        guard let snapshot else { return Fate(text: left, reached: size) }
        do throws(Refusal) {
            let rest = try Policy.order(
                growing: volume, to: .to(order.to), in: snapshot, rules: rules, history: history,
                overrides: standing, asked: order.asked, exceeding: leave(of: order), now: host.now(), hostBar: hostBar)
            switch await carryOutNow(rest) {
            case .done(let growth): return Fate(text: "finished now", reached: growth.reached)
            case .refused(let refusal): return Fate(text: "others go on with it: \(refusal.text)", reached: size)
            case .failed(let text), .unknown(let text), .invalid(let text, _):
                return Fate(text: "it could not be finished: \(text)", reached: size)
            case .planned, .permitted: return Fate(text: left, reached: size)
            }
        } catch {
            return Fate(text: "it is not finished, since \(error.text); \(left)", reached: size)
        }
    }
}
