// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import Filesystem
import Units

/// What a mounted filesystem answered.
enum UsageFound: Sendable {
    /// With how long it took.
    case usage(UsageReading, Duration)
    /// None of the ways leads to it any more.
    case gone(FilesystemError)
    case failed(FilesystemError)
    case stuck
}

/// Asks mounted filesystems how full they are, each with a deadline: a dead one delays none of the others.
final class UsageReader: Sendable {
    private let inquiry = Inquiry<DeviceNumber>(
        BlockingPool(name: "hr-statfs", limits: LinuxLimits.looking), deadline: LinuxLimits.usage)

    var deadline: Duration { inquiry.deadline }

    func read(_ mounts: [MountedDevice]) async -> [DeviceNumber: UsageFound] {
        let ways = Dictionary(mounts.map { ($0.device, $0.ways) }, uniquingKeysWith: { first, _ in first })
        let numbers = mounts.map(\.device)
        let answers = await inquiry.ask(numbers) { number in UsageReader.ask(number, ways: ways[number] ?? []) }
        var found: [DeviceNumber: UsageFound] = [:]
        for (number, answer) in zip(numbers, answers) { found[number] = answer.value ?? .stuck }
        return found
    }

    /// How long it took, or was waited.
    func time(_ found: UsageFound) -> Duration? {
        switch found {
        case .usage(_, let time): time
        case .stuck: deadline
        case .gone, .failed: nil
        }
    }

    private static func ask(_ number: DeviceNumber, ways: [Path]) -> UsageFound {
        var last = UsageFound.gone(FilesystemError("find", "device \(number)", .unreadable("no process has it mounted")))
        for way in ways {
            do throws(FilesystemError) {
                let began = ContinuousClock.now
                let reading = try FilesystemUsage.read(at: way, on: number)
                return .usage(reading, began.duration(to: .now))
            } catch {
                last = error.isGone ? .gone(error) : .failed(error)
            }
        }
        return last
    }
}
