// SPDX-License-Identifier: Apache-2.0
internal import ProfileColumns
internal import ProfileModel
internal import Synchronization

/// One append call on its way: gathers what the lanes decide and what the log makes durable.
final class AppendTicket: LogWaiter {
    typealias Answer = Result<[AppendOutcome], HeadStoreError>

    private struct State {
        var outcomes: [AppendOutcome]
        /// Profiles the lanes have not decided plus profiles that are not durable.
        var openCount: Int
        var answer: (@Sendable (Answer) -> Void)?
    }

    private let state: Mutex<State>

    /// A ticket for `count` profiles; `answer` is called once.
    init(count: Int, answer: @escaping @Sendable (Answer) -> Void) {
        self.state = Mutex(
            State(
                outcomes: Array(repeating: .empty, count: count),
                openCount: 2 * count,
                answer: answer
            )
        )
    }

    /// Takes what a lane decided about profile `index`.
    func laneDecided(_ index: Int, _ outcome: AppendOutcome) {
        self.complete(count: 1) { $0.outcomes[index] = outcome }
    }

    /// Fails the call: a lane has no room for one of its profiles.
    func laneRefused(_ error: HeadStoreError) { self.fail(error) }

    func logCompleted(count: Int, error: HeadStoreError?) {
        if let error { self.fail(error) } else { self.complete(count: count) { _ in } }
    }

    private func fail(_ error: HeadStoreError) {
        let answer = self.state.withLock { state in
            defer { state.answer = nil }
            return state.answer
        }
        answer?(.failure(error))
    }

    private func complete(count: Int, _ change: (inout State) -> Void) {
        let finished: (@Sendable () -> Void)? = self.state.withLock { state in
            change(&state)
            state.openCount -= count
            guard state.openCount == 0, let answer = state.answer else { return nil }
            state.answer = nil
            let outcomes = state.outcomes
            return { answer(.success(outcomes)) }
        }
        finished?()
    }
}
