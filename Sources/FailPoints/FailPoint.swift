// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A place at which a test can have this process die, as a crash would have it: between any two things of a growth that
/// outlast the process. `HEADROOM_FAIL_POINT` names one; without it to reach one costs a comparison.
///
/// The name says what is being done, then how far it has got.
public enum FailPoint: String, CaseIterable, Sendable {
    // The journal: what is intended, how it ended, what is kept.
    case intentBefore = "intent.before"
    case intentUncommitted = "intent.uncommitted"
    case intentAfter = "intent.after"
    case outcomeBefore = "outcome.before"
    case outcomeUncommitted = "outcome.uncommitted"
    case outcomeAfter = "outcome.after"
    case keptBefore = "kept.before"
    case keptUncommitted = "kept.uncommitted"
    case keptAfter = "kept.after"

    // dockerd's record.
    case recordBefore = "record.before"
    case recordWritten = "record.written"
    case recordSynced = "record.synced"
    case recordRenamed = "record.renamed"
    case recordAfter = "record.after"

    // The longer table.
    case loadBefore = "load.before"
    case loadUnverified = "load.unverified"
    case loadAfter = "load.after"
    case resumeBefore = "resume.before"
    case resumeUnverified = "resume.unverified"
    case resumeAfter = "resume.after"
    case clearBefore = "clear.before"
    case clearAfter = "clear.after"

    // The filesystem.
    case growBefore = "grow.before"
    case growOpened = "grow.opened"
    /// Some time while the kernel is at it.
    case growUnderway = "grow.underway"
    case growUnverified = "grow.unverified"
    case growAfter = "grow.after"

    // An owner's own command.
    case commandBefore = "command.before"
    case commandUnderway = "command.underway"
    case commandAfter = "command.after"

    // A growth that an owner is asked for.
    case instanceBefore = "instance.before"
    case instanceUnderway = "instance.underway"
    case instanceAfter = "instance.after"

    // A device that is made anew, or taken away.
    case makeBefore = "make.before"
    case makeUnnamed = "make.unnamed"
    case makeLoaded = "make.loaded"
    case makeResumed = "make.resumed"
    case makeAfter = "make.after"
    case removeBefore = "remove.before"
    case removeAfter = "remove.after"
}
