// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Host
import Inventory
import Logging
import Policy
import Units

extension Engine: Daemon {
    public func reload() async throws(ReloadError) {
        do throws(ReloadError) {
            let loaded = try await loadRules()
            rules = loaded.rules
            beginAudit()
            current.mode = loaded.rules.mode
            current.configuration = ConfigurationHealth()
            current.configuration.file = loaded.file
            current.configuration.lastReloadSuccess = WallTime.now()
            logger.notice("configuration reloaded from \(loaded.file ?? "the defaults")")
            takeEffect()
            publish()
        } catch {
            current.configuration.lastReloadSucceeded = false
            current.configuration.lastError = error.text
            current.errors[ErrorKey(part: "configuration", kind: "invalid"), default: 0] += 1
            logger.error("configuration not reloaded, the old rules stay: \(error.text)")
            publish()
            throw error
        }
    }

    public func grow(_ request: GrowRequest) async -> GrowAnswer {
        await look(snapshot == nil ? .everything : .volumes(matching(request.volume)))
        guard let snapshot else { return .unknown(current.polls.lastError ?? "the host could not be looked at yet") }
        let volume: Volume
        do throws(VolumeLookupError) {
            volume = try VolumeLookup.find(request.volume, in: snapshot)
        } catch {
            return .unknown(error.description)
        }
        let target: GrowthTarget
        let size = volume.filesystem?.geometry?.size ?? .zero
        let wanted: Bytes
        switch (request.to, request.by) {
        case (let to?, nil): (target, wanted) = (.to(to), to.less(size))
        case (nil, let amount?): (target, wanted) = (.by(amount), amount)
        default:
            return .invalid("it is not said how large \(volume.name) should be", hint: "say exactly one of `to` and `by`")
        }
        let asked = request.asked ?? Asked(author: "unknown", source: .api)
        if let complaint = asked.complaint(needsReason: request.exceedsReserve) {
            return .invalid(complaint.text, hint: complaint.hint)
        }
        if request.lasting != nil { return await permit(request, beyond: wanted, of: volume, asked) }
        let leave = request.exceedsReserve ? Override(leaving: wanted, of: volume, asked: asked) : nil
        do throws(Refusal) {
            let order = try Policy.order(
                growing: volume, to: target, in: snapshot, rules: rules, history: history, overrides: standing, asked: asked,
                exceeding: leave, now: host.now(), hostBar: hostBar)
            if request.dryRun { return .planned(withHook(order)) }
            return await carryOutNow(order)
        } catch {
            if !request.dryRun { await writeDown(error, of: volume, asked) }
            return .refused(error)
        }
    }

    /// Not now, but when the rules want it.
    private func permit(_ request: GrowRequest, beyond bound: Bytes, of volume: Volume, _ asked: Asked) async -> GrowAnswer {
        guard request.exceedsReserve else {
            return .invalid(
                "a growth is done now, and takes no time",
                hint: "leave out `for`, or let it into the reserve with `exceed_reserve`")
        }
        let answer = await override(
            OverrideRequest(
                kind: .exceedReserve(bound: bound), target: .volumes(volume.name.description), asked: asked,
                lasting: request.lasting, dryRun: request.dryRun))
        switch answer {
        case .changed(let change): return .permitted(change)
        case .refused(let refusal): return .refused(refusal)
        case .unknown(let text, _): return .unknown(text)
        case .invalid(let text, let hint): return .invalid(text, hint: hint)
        }
    }

    func carryOutNow(_ order: Order) async -> GrowAnswer {
        guard running[order.volume.name] == nil else {
            return .refused(Refusal(.busy, "a growth of \(order.volume.name) is under way", hint: "wait for it, then ask again"))
        }
        history.began(order)
        let growth = Task(executorPreference: executor) { await self.carryOut(order) }
        running[order.volume.name] = RunningGrowth(
            order: order, task: Task(executorPreference: executor) { _ = await growth.value })
        let finished = await growth.value
        guard let failure = finished.failure else { return .done(finished) }
        return .failed("growing \(order.volume.name) to \(order.to) failed at \(failure); see the log and dmesg")
    }

    /// The volume that is called so, to look at it alone; nothing when it is not known.
    private func matching(_ name: String) -> [DeviceName] {
        guard let snapshot, let volume = try? VolumeLookup.find(name, in: snapshot) else { return [] }
        return [volume.name]
    }
}

extension Override {
    /// For one growth: so much of the reserve, and only now.
    fileprivate init(leaving bound: Bytes, of volume: Volume, asked: Asked) {
        self.init(
            id: .random(), kind: .exceedReserve(bound: bound), scope: .volume(volume.identity), asked: asked, start: .now(),
            end: nil)
    }
}
