// SPDX-License-Identifier: Apache-2.0

/// Waits for everything queued in the log before it.
final class BarrierWaiter: LogWaiter {
    private let answer: @Sendable (Result<Void, HeadStoreError>) -> Void

    /// `answer` is called once.
    init(answer: @escaping @Sendable (Result<Void, HeadStoreError>) -> Void) { self.answer = answer }

    func logCompleted(count: Int, error: HeadStoreError?) {
        if let error { self.answer(.failure(error)) } else { self.answer(.success(())) }
    }
}
