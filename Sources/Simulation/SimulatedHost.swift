// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Host
import Synchronization
public import Units

/// A host that is not there: a `World` behind the seam that the real one stands behind, with a clock of its own.
public final class SimulatedHost: Host {
    /// How the host's time goes by.
    public enum Drive: Sendable {
        /// With the real one, so many times as fast.
        case realTime(speed: Double)
        /// From one thing that happens to the next, as fast as the machine can, whenever nobody has anything left to do:
        /// see `simulate(_:)`.
        case virtual
    }

    public let kind = "simulated"
    private let drive: Drive
    private let realStart = SuspendingClock.now
    private let start: MonotonicTime
    private let tellsWrites: Bool
    private let state: Mutex<State>
    let stepped = SteppedExecutor()

    private struct State {
        var world: World
        var sleepers = Sleepers()
        var listeners: [UInt64: AsyncStream<Void>.Continuation] = [:]
        var nextListener: UInt64 = 0
        var ticker: Task<Void, Never>?
    }

    /// Begins `scenario`.
    ///
    /// - Throws: the first thing in the scenario that cannot be.
    public init(_ scenario: Scenario, drive: Drive) throws(ScenarioError) {
        self.drive = drive
        let world: World
        switch drive {
        case .virtual: world = try World(scenario)
        case .realTime: world = try World(scenario, wallStart: .now())
        }
        start = world.now
        tellsWrites = scenario.tellsWrites
        state = Mutex(State(world: world))
    }

    deinit { state.withLock { $0.ticker }?.cancel() }

    /// Looks into the world, or changes it, as of now.
    public func withWorld<Result: Sendable>(_ body: @Sendable (inout World) -> sending Result) -> Result {
        let (result, listeners) = state.withLock { state -> (Result, [AsyncStream<Void>.Continuation]) in
            catchUp(&state)
            let result = body(&state.world)
            return (result, state.world.takeChange() ? Array(state.listeners.values) : [])
        }
        for listener in listeners { listener.yield() }
        return result
    }

    // MARK: Time

    public func now() -> MonotonicTime {
        switch drive {
        case .virtual: state.withLock { $0.world.now }
        case .realTime(let speed): realTime(speed: speed)
        }
    }

    private func realTime(speed: Double) -> MonotonicTime {
        start.advanced(by: realStart.duration(to: .now) * speed)
    }

    /// In real time the world is as old as the last who asked it something: it catches up before it answers.
    private func catchUp(_ state: inout State) {
        if case .realTime(let speed) = drive { state.world.advance(to: realTime(speed: speed)) }
    }

    public func sleep(until deadline: MonotonicTime) async throws(CancellationError) {
        switch drive {
        case .virtual:
            guard await sleepVirtually(until: deadline) else { throw CancellationError() }
        case .realTime(let speed):
            do {
                try await Task.sleep(for: deadline.since(now()) / speed, clock: .suspending)
            } catch {
                throw CancellationError()
            }
        }
    }

    /// False when it was called off.
    private func sleepVirtually(until deadline: MonotonicTime) async -> Bool {
        let id = state.withLock { $0.sleepers.take() }
        defer { state.withLock { $0.sleepers.forget(id) } }
        return await withTaskCancellationHandler {
            await doze(id, until: deadline)
        } onCancel: {
            state.withLock { $0.sleepers.cancel(id) }?.resume(returning: false)
        }
    }

    private func doze(_ id: UInt64, until deadline: MonotonicTime) async -> Bool {
        await withCheckedContinuation { continuation in
            let isWoken: Bool? = state.withLock { state in
                if state.sleepers.wasCancelled(id) { return false }
                if deadline <= state.world.now { return true }
                state.sleepers.add(id, until: deadline, continuation)
                return nil
            }
            if let isWoken { continuation.resume(returning: isWoken) }
        }
    }

    /// Sleeps even when the task is cancelled: what was begun on a host takes its time.
    private func pause(until deadline: MonotonicTime) async {
        switch drive {
        case .virtual: _ = await doze(state.withLock { $0.sleepers.take() }, until: deadline)
        case .realTime: await Task { try? await self.sleep(until: deadline) }.value
        }
    }

    /// Goes on to the next moment at which something happens that anybody waits for. False when nobody waits for anything.
    func moveOn() -> Bool {
        let (goesOn, sleepers, listeners) = state.withLock {
            state -> (Bool, [CheckedContinuation<Bool, Never>], [AsyncStream<Void>.Continuation]) in
            let listeners = Array(state.listeners.values)
            guard let next = state.sleepers.earliest ?? (listeners.isEmpty ? nil : state.world.nextEvent) else {
                return (false, [], [])
            }
            guard !listeners.isEmpty else {
                state.world.advance(to: next)
                return (true, state.sleepers.wake(at: next), [])
            }
            let hasChanged = state.world.advanceToChange(by: next)
            return (true, state.sleepers.wake(at: state.world.now), hasChanged ? listeners : [])
        }
        for listener in listeners { listener.yield() }
        for sleeper in sleepers { sleeper.resume(returning: true) }
        return goesOn
    }

    // MARK: The seam

    public func observe(_ scope: Facts.Scope) async throws(HostError) -> Facts {
        let facts = withWorld { $0.look(scope) }
        await pause(until: facts.takenAt.advanced(by: facts.duration))
        return facts
    }

    public func perform(_ step: Step) async -> StepReport {
        let ticket = withWorld { $0.begin(step) }
        await pause(until: ticket.ends)
        return withWorld { $0.finish(ticket) }
    }

    public func written() async -> Bytes? { tellsWrites ? withWorld { $0.written } : nil }

    public func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            defer { state.nextListener += 1 }
            state.listeners[state.nextListener] = continuation
            if case .realTime(let speed) = drive, state.ticker == nil { state.ticker = ticker(speed: speed) }
            return state.nextListener
        }
        continuation.onTermination = { [weak self] _ in self?.removeListener(id) }
        return stream
    }

    private func removeListener(_ id: UInt64) {
        state.withLock { state in
            state.listeners[id] = nil
            guard state.listeners.isEmpty else { return }
            state.ticker?.cancel()
            state.ticker = nil
        }
    }

    /// Lets the world go on by itself in real time, so that listeners hear of what happens while nobody looks.
    private func ticker(speed: Double) -> Task<Void, Never> {
        Task { [weak self] in
            while !Task.isCancelled, let pause = self?.tick(speed: speed) { try? await Task.sleep(for: pause) }
        }
    }

    private func tick(speed: Double) -> Duration {
        let wait = withWorld { world in world.nextEvent.map { $0.since(world.now) } ?? SimulatedHost.ticks.upperBound }
        return min(max(wait / speed, SimulatedHost.ticks.lowerBound), SimulatedHost.ticks.upperBound)
    }

    private static let ticks: ClosedRange<Duration> = .milliseconds(20) ... .seconds(1)
}
