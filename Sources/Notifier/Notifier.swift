// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import ConfigurationFile
import Deadlines
public import Engine
public import Exposition
import Glibc
public import Logging
import Notices
import Synchronization
import Units

/// Tells Alertmanagers of growths, refusals and pools in trouble. It reads reports, and nobody waits for it.
public actor Notifier {
    /// Between two looks at the report.
    private static let turn = Duration.seconds(1)
    /// For the last news, when the daemon ends.
    private static let farewell = Duration.seconds(3)

    private struct Contact {
        let receiver: Receiver
        let name: String
        var delivery: Delivery
        var figures: NotificationFigures.Receiver
        var isPosting = false
    }

    private let logger: Logger
    private let files = BlockingPool(name: "notifier files", limits: .init(kept: 1, most: 16))
    private let clock = ContinuousClock()
    private let start = ContinuousClock.now
    private var settings: NotificationSettings?
    private var board: NoticeBoard
    private var contacts: [Contact] = []
    /// What is posted for contacts of before goes nowhere.
    private var generation = 0
    private var hasToldOfDropped = false
    private let published = Mutex<NotificationFigures?>(nil)

    public init(_ settings: NotificationSettings?, logger: Logger) {
        self.logger = logger
        self.settings = settings
        board = NoticeBoard(NoticeTerms(settings))
        contacts = Notifier.contacts(settings, files: files, toldGrowth: 0)
        published.withLock { [contacts] in $0 = Notifier.figures(contacts, dropped: 0) }
    }

    /// Nil where nobody is told.
    public nonisolated var figures: NotificationFigures? { published.withLock { $0 } }

    /// Other settings hold from now on. What was told on the old ones is over in a while, as nobody tells it again.
    public func reload(_ settings: NotificationSettings?) {
        guard settings != self.settings else { return }
        self.settings = settings
        generation += 1
        board = NoticeBoard(NoticeTerms(settings), after: board)
        contacts = Notifier.contacts(settings, files: files, toldGrowth: board.lastGrowth)
        publish()
    }

    /// Tells until the task is cancelled, then what is new then.
    public func run(reporting report: @escaping @Sendable () -> Report) async {
        while !Task.isCancelled {
            tell(report())
            try? await Task.sleep(for: Notifier.turn)
        }
        let end = clock.now.advanced(by: Notifier.farewell)
        repeat {
            tell(report())
            // Cancelled tasks do not sleep.
            await Task.detached { try? await Task.sleep(for: .milliseconds(50)) }.value
        } while contacts.contains { $0.isPosting || $0.delivery.isBehind(board) } && clock.now < end
    }

    private func tell(_ report: Report) {
        guard !contacts.isEmpty else { return board.passOver(report.growths) }
        let now = now()
        board.take(report, at: now)
        board.growthsWereTold(upTo: contacts.map(\.delivery.toldGrowth).min())
        for index in contacts.indices where !contacts[index].isPosting {
            guard let round = contacts[index].delivery.round(of: board, at: now) else { continue }
            contacts[index].isPosting = true
            let (receiver, generation) = (contacts[index].receiver, generation)
            Task {
                do throws(Receiver.Failure) {
                    try await receiver.post(round)
                    self.succeeded(round, at: index, generation)
                } catch {
                    self.failed(error, at: index, generation)
                }
            }
        }
        if board.dropped > 0, !hasToldOfDropped {
            hasToldOfDropped = true
            logger.warning("more happens than Alertmanagers are told: headroom_notifications_dropped_total counts the rest")
        }
        publish()
    }

    private func succeeded(_ round: Delivery.Round, at index: Int, _ generation: Int) {
        guard generation == self.generation else { return }
        let failures = contacts[index].delivery.failures
        contacts[index].isPosting = false
        contacts[index].delivery.succeeded(round, at: now().monotonic)
        contacts[index].figures.sent += UInt64(round.posts.count)
        contacts[index].figures.lastSuccess = .now()
        if failures > 0 {
            let name = contacts[index].name
            logger.notice("Alertmanager \(name) is told again, after \(failures) tries", metadata: ["alertmanager": "\(name)"])
        }
        publish()
    }

    private func failed(_ failure: Receiver.Failure, at index: Int, _ generation: Int) {
        guard generation == self.generation else { return }
        contacts[index].isPosting = false
        contacts[index].delivery.failed(at: now().monotonic)
        contacts[index].figures.failed += 1
        let name = contacts[index].name
        let isFirst = contacts[index].delivery.failures == 1
        logger.log(
            level: isFirst ? .warning : .debug,
            "Alertmanager \(name) is not told what happens, and tried again: \(failure)", metadata: ["alertmanager": "\(name)"])
        publish()
    }

    private func publish() {
        let figures = Notifier.figures(contacts, dropped: board.dropped)
        published.withLock { $0 = figures }
    }

    private func now() -> Moment {
        let elapsed = start.duration(to: clock.now)
        return Moment(monotonic: MonotonicTime.zero.advanced(by: elapsed), wall: .now())
    }

    private static func figures(_ contacts: [Contact], dropped: UInt64) -> NotificationFigures? {
        contacts.isEmpty ? nil : NotificationFigures(receivers: contacts.map(\.figures), dropped: dropped)
    }

    private static func contacts(_ settings: NotificationSettings?, files: BlockingPool, toldGrowth: UInt64) -> [Contact] {
        guard let settings else { return [] }
        return settings.alertmanagers.map { alertmanager in
            Contact(
                receiver: Receiver(alertmanager, generatorURL: settings.externalURL, files: files), name: alertmanager.name,
                delivery: Delivery(toldGrowth: toldGrowth), figures: NotificationFigures.Receiver(name: alertmanager.name))
        }
    }
}

extension Notifier {
    /// Whether the files that the settings name can be used; else why not, a line for each. Blocks for as long as the disk takes.
    public static func complaints(about settings: NotificationSettings) -> [String] {
        settings.alertmanagers.compactMap { alertmanager in
            do throws(Receiver.Failure) {
                _ = try Receiver.Means(alertmanager)
                return nil
            } catch {
                return "Alertmanager \(alertmanager.name) cannot be told what happens: \(error)"
            }
        }
    }
}

extension NoticeTerms {
    init(_ settings: NotificationSettings?) {
        self.init(
            instance: settings?.instance ?? NoticeTerms.hostName, labels: settings?.labels ?? [:],
            interval: settings?.interval ?? .seconds(60))
    }

    private static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
