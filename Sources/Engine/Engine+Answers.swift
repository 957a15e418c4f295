// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Journal
import Units

/// What becomes of a request that carries a key.
public enum OnceAnswer: Sendable, Hashable {
    /// It was done now.
    case first(JournaledAnswer.Answer)
    /// It had been done before.
    case again(JournaledAnswer.Answer)
    /// The key was another request's.
    case different
    /// It is being done.
    case underWay
    /// It was begun before a restart, and how it ended is not known.
    case cutOff
}

/// The same request, sent again because its answer was lost, is not done again.
struct AnswerMemory {
    /// Of this run, beside the journal's.
    static let limit = 1_000

    private var answers: [String: JournaledAnswer] = [:]
    private var order: [String] = []

    subscript(key: String) -> JournaledAnswer? { answers[key] }

    mutating func put(_ answer: JournaledAnswer) {
        if answers.updateValue(answer, forKey: answer.key) == nil { order.append(answer.key) }
        while order.count > AnswerMemory.limit, let oldest = order.firstIndex(where: { answers[$0]?.answer != nil }) {
            answers[order.remove(at: oldest)] = nil
        }
    }
}

extension Engine {
    /// Does `work` unless it was done under this key within a day; `request` tells what it is. A request that ended in a
    /// crash is not done again either: it may have been done.
    public func once(
        _ key: String, request: String, _ work: @Sendable () async -> JournaledAnswer.Answer
    ) async -> OnceAnswer {
        let begun = JournaledAnswer(key: key, request: request, time: .now())
        if let known = answers[key], known.time.seconds > begun.time.seconds - Journal.Limits().answerAge.seconds {
            return judge(known, request, underWay: .underWay)
        }
        answers.put(begun)
        if case .journal(let journal) = books, !isJournalBroken {
            do throws(JournalError) {
                if let known = try await journal.begin(begun) {
                    answers.put(known.answer == nil ? begun.answered(Engine.unknownEnd) : known)
                    return judge(known, request, underWay: .cutOff)
                }
            } catch {
                stopGrowing(error)
            }
        }
        let answer = await work()
        answers.put(begun.answered(answer))
        await write { books throws(JournalError) in try await books.finish(key, answer) }
        return .first(answer)
    }

    /// So that the memory can let go of it.
    private static let unknownEnd = JournaledAnswer.Answer(status: 0, body: "")

    private func judge(_ known: JournaledAnswer, _ request: String, underWay: OnceAnswer) -> OnceAnswer {
        guard known.request == request else { return .different }
        guard let answer = known.answer else { return underWay }
        return answer == Engine.unknownEnd ? .cutOff : .again(answer)
    }
}

extension JournaledAnswer {
    fileprivate func answered(_ answer: Answer) -> JournaledAnswer {
        JournaledAnswer(key: key, request: request, time: time, answer: answer)
    }
}
