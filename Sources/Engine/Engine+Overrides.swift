// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Inventory
import Journal
import Logging
public import Policy
import Units

/// Overrides as people and alerts set and lift them. They hold from the moment they are set: no look is waited for.
extension Engine {
    public func override(_ request: OverrideRequest) async -> OverrideAnswer {
        if let complaint = request.complaint { return .invalid(complaint.text, hint: complaint.hint) }
        if snapshot == nil, request.target != .all { await look(.everything) }
        let scope: Override.Scope
        do throws(NotFound) { scope = try self.scope(of: request.target) } catch { return .unknown(error.text, hint: error.hint) }
        let start = WallTime.now()
        let override = Override(
            id: .random(), kind: request.kind, scope: scope, asked: request.asked, start: start,
            end: request.lasting.map { WallTime(seconds: start.seconds + $0.seconds) })
        return await establish(override, for: request.lasting, dryRun: request.dryRun)
    }

    /// `changes`: what is written down with it.
    func establish(
        _ override: Override, for lasting: Duration?, dryRun: Bool = false, with changes: OverrideChanges = OverrideChanges()
    ) async -> OverrideAnswer {
        guard overrides.count - replaced(by: override).count < OverrideLimits.standing else {
            return .invalid(
                "\(OverrideLimits.standing) overrides stand already", hint: "lift some: `headroom overrides` lists them")
        }
        // What lets growth go further is worth nothing while nothing is grown, and would be forgotten.
        if !override.kind.isNo, let hostBar { return .refused(hostBar) }
        var change = OverrideChange()
        change.set = [override]
        change.lifted = replaced(by: override)
        change.volumes = volumes(in: override.scope)
        change.isDryRun = dryRun
        if dryRun { return .changed(change) }
        // What stops growth stops it at once, and is written then; what lets it go further is written before.
        if override.kind.isNo { stand(override, for: lasting) }
        change.isKept = await keep(changes.putting(override, inPlaceOf: change.lifted))
        if !override.kind.isNo {
            if !change.isKept, books.isKept, let hostBar { return .refused(hostBar) }
            stand(override, for: lasting)
        }
        logger.notice(
            "\(override.scope.kind) \(override.scope.name): \(override.text)",
            metadata: ["override": "\(override.id)", "kind": "\(override.kind.name.rawValue)"])
        if !change.isKept, books.isKept {
            logger.warning("that is not in the journal, and a restart forgets it", metadata: ["override": "\(override.id)"])
        }
        takeEffect()
        return .changed(change)
    }

    public func lift(_ request: LiftRequest) async -> OverrideAnswer {
        if let complaint = request.asked.complaint(needsReason: false) { return .invalid(complaint.text, hint: complaint.hint) }
        if snapshot == nil, request.target != .all { await look(.everything) }
        let found = standing.all.filter { isMeant(by: request.target, $0) }
        guard !found.isEmpty else {
            let nothing = nothingToLift(request.target)
            return .unknown(nothing.text, hint: nothing.hint)
        }
        var change = OverrideChange()
        change.lifted = found
        change.isDryRun = request.dryRun
        if !request.dryRun { change.isKept = await lift(found, asked: request.asked) }
        return .changed(change)
    }

    /// Takes these away, if they still stand: what an alert has set is lifted so when it is over.
    @discardableResult
    public func lift(_ ids: Set<OverrideID>, asked: Asked) async -> [Override] {
        let found = standing.all.filter { ids.contains($0.id) }
        if !found.isEmpty { await lift(found, asked: asked) }
        return found
    }

    /// Whether that is in the journal.
    @discardableResult
    private func lift(_ found: [Override], asked: Asked) async -> Bool {
        var changes = OverrideChanges()
        changes.removed = found.map(\.id)
        changes.events = found.map { JournaledOverride(time: .now(), event: .lifted, by: asked, override: $0) }
        changes.givenBack = giveBack(found)
        for override in found {
            overrides[override.id] = nil
            logger.notice(
                "\(override.scope.kind) \(override.scope.name) is no longer \(override.text); lifted by \(asked)",
                metadata: ["override": "\(override.id)", "kind": "\(override.kind.name.rawValue)"])
        }
        overridesChanged()
        let isKept = await keep(changes)
        takeEffect()
        return isKept
    }

    // MARK: What is meant

    struct NotFound: Error {
        var text: String
        var hint: String
    }

    private func scope(of target: OverrideTarget) throws(NotFound) -> Override.Scope {
        if target == .all { return .all }
        guard let snapshot else {
            let text = current.polls.lastError ?? "the host could not be looked at yet"
            throw NotFound(text: text, hint: "try again in a moment")
        }
        switch target {
        case .all: return .all
        case .pool(let text):
            let name = DeviceName(text)
            if snapshot.pools.contains(where: { $0.name == name }) { return .pool(name) }
            throw NotFound(text: "no pool is called `\(text)`", hint: "`headroom status` lists all pools")
        case .volumes(let text) where text.contains(where: { $0 == "*" || $0 == "?" }):
            guard text.count <= OverrideLimits.globCharacters else {
                throw NotFound(text: "that pattern is longer than any name", hint: "say a shorter one")
            }
            return .volumes(Glob(text))
        case .volumes(let text):
            do throws(VolumeLookupError) {
                return .volume(try VolumeLookup.find(text, in: snapshot).identity)
            } catch {
                throw NotFound(text: error.description, hint: error.hint)
            }
        }
    }

    private func volumes(in scope: Override.Scope) -> [DeviceName] {
        (snapshot?.volumes ?? []).filter { scope.contains($0) && !$0.owner.isParent }.map(\.name)
    }

    /// A volume's are meant by any of its names, by its device's also when that is gone; any by its number.
    private func isMeant(by target: OverrideTarget, _ override: Override) -> Bool {
        switch target {
        case .all: return override.kind.name == .pause && override.scope == .all
        case .pool(let text): return override.kind.name == .pause && override.scope == .pool(DeviceName(text))
        case .volumes(let text):
            guard override.kind.name != .pause else { return false }
            if override.scope.name == text || override.id.description == text { return true }
            guard case .volume(let identity) = override.scope, let snapshot else { return false }
            return (try? VolumeLookup.find(text, in: snapshot))?.identity == identity
        }
    }

    private func nothingToLift(_ target: OverrideTarget) -> NotFound {
        let list = "`headroom overrides` lists what is set"
        let paused = standing.all.filter { $0.kind.name == .pause }
        switch target {
        case .all, .pool:
            let what = if case .pool(let text) = target { "pool `\(text)` itself is" } else { "not everything is" }
            let other = paused.first.map { "\($0.scope.name) is: `\($0.liftingCommand)`" }
            return NotFound(text: other == nil ? "nothing is paused" : "\(what) not paused", hint: other ?? list)
        case .volumes(let text):
            let volume = snapshot.flatMap { try? VolumeLookup.find(text, in: $0) }
            let wider = volume.flatMap { standing.about($0).all.first }
            return NotFound(
                text: "nothing is set for `\(text)` itself",
                hint: wider.map { "it is \($0.text): `\($0.liftingCommand)`" } ?? list)
        }
    }
}
