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
            current.mode = loaded.rules.mode
            current.configuration = ConfigurationHealth()
            current.configuration.file = loaded.file
            current.configuration.lastReloadSuccess = WallTime.now()
            logger.notice("configuration reloaded from \(loaded.file ?? "the defaults")")
            decide(about: nil)
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
        switch (request.to, request.by) {
        case (let size?, nil): target = .to(size)
        case (nil, let amount?): target = .by(amount)
        default: return .unknown("exactly one of `to` and `by` says how large \(volume.name) should be")
        }
        do throws(Refusal) {
            let order = try Policy.order(
                growing: volume, to: target, in: snapshot, rules: rules, history: history, now: host.now(), hostBar: hostBar)
            if request.dryRun { return .planned(withHook(order)) }
            return await carryOutNow(order)
        } catch {
            return .refused(error)
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
