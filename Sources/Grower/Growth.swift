// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Host
public import Policy
public import Units

/// One growth of one volume as a value: how the last step went goes in, what to do next comes out. No I/O.
///
/// The device first, the filesystem second. What fails before the device is longer is undone; a longer device under an
/// unchanged filesystem is harmless and stays.
public struct Growth: Sendable, Hashable {
    public let order: Order
    private var state = State.planned
    /// The filesystem's size as far as it is known to have got.
    private var reached: Bytes
    /// What the owner's hook has taken down.
    private var told: Sectors?
    /// How long the volume was suspended so far.
    private var suspended: Duration?
    /// What went wrong on the way and did not end it.
    private var owed: Failure?
    /// The device has the length that it is to have, or is about to get it.
    private var isLong: Bool
    private let slices: Slices

    public enum State: Sendable, Hashable {
        case planned, runningHook, recording, extending, resizing, loading, resuming, growing(to: Bytes), clearing(after: Failure)
        case finished
    }

    public enum Action: Sendable, Hashable {
        case carryOut(Step)
        case finish(GrowthResult)
    }

    public init(_ order: Order) {
        // Loading a shorter table would cut the volume's end off: no order may ever ask for it.
        precondition(order.deviceTo >= order.deviceFrom, "an order that would shorten \(order.volume.name)")
        self.order = order
        reached = order.from
        slices = Slices(kind: order.kind)
        isLong = order.deviceTo == order.deviceFrom && !order.raisesRecord
    }

    /// How far the filesystem can be grown on the device as it is.
    private var goal: Bytes {
        if isLong { return order.to }
        // An owner that grows both together is asked first.
        if case .byInstance = order.lasting { return order.from }
        return min(order.to, order.deviceFrom.bytes)
    }

    /// The first action, before any step.
    public mutating func start() -> Action {
        guard let hook = order.hook else { return growOnWhatThereIs() }
        state = .runningHook
        return .carryOut(.runHook(order.volume, hook, length: order.deviceTo))
    }

    /// Whoever waits for room gets at once what there is: a longer device can take its owner seconds.
    private mutating func growOnWhatThereIs() -> Action {
        isLong || goal.less(order.from) >= Slices.worthwhile ? growFurther() : growDevice()
    }

    private mutating func growDevice() -> Action {
        isLong = true
        switch order.lasting {
        case .byRecord(let volume):
            state = .recording
            return .carryOut(.recordLength(order.volume, volume, length: order.deviceTo))
        case .byLogicalVolume(let volume):
            state = .extending
            return .carryOut(.extend(order.volume, volume, length: order.deviceTo))
        case .byInstance(let volume):
            state = .resizing
            return .carryOut(.resizeInstance(order.volume, volume, length: order.deviceTo))
        case .byRestoring:
            return load()
        case .never:
            return end(Failure(step: "plan", text: "its owner would undo the growth"))
        }
    }

    /// What to do after the step that was carried out last.
    public mutating func next(after report: StepReport) -> Action {
        let before = reached
        if let size = report.filesystemSize { reached = max(reached, size) }
        if let time = report.suspended { suspended = (suspended ?? .zero) + time }
        switch (state, report.outcome) {
        case (.runningHook, .done):
            told = order.deviceTo
            return growOnWhatThereIs()
        case (.runningHook, _) where order.reason == .broken:
            // It cannot be used until its device is as long as it has to be, whatever the owner's record says.
            owed = Failure(step: step, text: "\(report.outcome.text); the device got its length back without it")
            return growDevice()
        case (.recording, .done):
            return load()
        case (.extending, .done):
            return growFurther()
        case (.resizing, .done):
            // The owner has grown the filesystem too, as far as its groups allow; unless the device was long enough.
            return reached > before ? end(nil) : growFurther()
        case (.loading, .done):
            state = .resuming
            return .carryOut(.resume(order.volume, length: order.deviceTo))
        case (.resuming, .done):
            return growFurther()
        case (.growing(let size), .done):
            if !isLong, size == goal || reached == before { return growDevice() }
            // The kernel may round down to what its groups allow, but it must have got somewhere.
            guard reached > before else {
                return end(Failure(step: step, text: "it came back done, but the size read back is \(reached), no larger"))
            }
            return size < goal ? growFurther() : end(nil)
        case (.clearing(let failure), .done):
            return end(failure)
        case (.clearing(var failure), _):
            failure.text += "; and the table that was loaded could not be cleared: \(report.outcome.text)"
            failure.leavesInactiveTable = true
            return end(failure)
        case (.runningHook, _), (.recording, _), (.extending, _), (.resizing, _), (.loading, .refused), (.resuming, .stuck),
            (.growing, _):
            return end(Failure(step: step, text: report.outcome.text))
        case (.loading, _), (.resuming, _):
            let failure = Failure(step: step, text: report.outcome.text)
            state = .clearing(after: failure)
            return .carryOut(.clearTable(order.volume))
        case (.planned, _), (.finished, _):
            preconditionFailure("no step was asked for")
        }
    }

    private mutating func load() -> Action {
        state = .loading
        return .carryOut(.loadTable(order.volume, length: order.deviceTo))
    }

    private mutating func growFurther() -> Action {
        guard reached < goal else { return isLong ? end(nil) : growDevice() }
        let size = slices.next(from: reached, to: goal)
        state = .growing(to: size)
        return .carryOut(.growFilesystem(order.volume, kind: order.kind, size: size))
    }

    private mutating func end(_ failure: Failure?) -> Action {
        state = .finished
        return .finish(
            GrowthResult(order: order, reached: reached, told: told, suspended: suspended, failure: failure ?? owed))
    }

    private var step: String {
        switch state {
        case .planned, .finished: "plan"
        case .runningHook: "run_hook"
        case .recording: "record_length"
        case .extending: "extend"
        case .resizing: "resize_instance"
        case .loading: "load_table"
        case .resuming: "resume"
        case .growing: "grow_filesystem"
        case .clearing: "clear_table"
        }
    }
}

/// How a growth ended.
public struct GrowthResult: Sendable, Hashable {
    public let order: Order
    /// The filesystem's size afterwards.
    public let reached: Bytes
    /// The length that the owner's hook has taken down, if it was run.
    public let told: Sectors?
    /// How long the volume was suspended for it, at most; nil when Headroom did not suspend it.
    public let suspended: Duration?
    public let failure: Failure?

    init(order: Order, reached: Bytes, told: Sectors? = nil, suspended: Duration? = nil, failure: Failure?) {
        self.order = order
        self.reached = reached
        self.told = told
        self.suspended = suspended
        self.failure = failure
    }

    /// It ended before its first step.
    public init(order: Order, failedAt step: String, _ text: String) {
        self.init(order: order, reached: order.from, failure: Failure(step: step, text: text))
    }
}

/// What went wrong, and where.
public struct Failure: Sendable, Hashable {
    /// `run_hook`, `load_table`, `resume`, `grow_filesystem`.
    public var step: String
    public var text: String
    public var leavesInactiveTable = false

    public init(step: String, text: String) {
        self.step = step
        self.text = text
    }
}

extension StepReport.Outcome {
    /// For people.
    var text: String {
        switch self {
        case .done: "done"
        case .refused(let reason): reason
        case .failed(_, let text): text
        case .stuck(let after): "it has not come back within \(after.text) and may still take effect"
        }
    }
}
