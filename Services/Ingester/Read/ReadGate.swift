// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Lets many readers take a view, or one writer change what a view is made of; waiting does not block a thread.
///
/// A query takes its view of heads and blocks inside `shared`; a flush swaps heads for a block inside `exclusive`. So no view
/// lacks a profile or holds it twice. A waiting writer goes before later readers.
final class ReadGate: Sendable {
    private struct State {
        var readerCount = 0
        var hasWriter = false
        var waitingReaders: [CheckedContinuation<Void, Never>] = []
        var waitingWriters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Runs `body` beside other readers.
    func shared<Result, Failure: Error>(
        _ body: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        await self.enterShared()
        defer { self.leaveShared() }
        return try await body()
    }

    /// Runs `body` alone.
    func exclusive<Result, Failure: Error>(
        _ body: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        await self.enterExclusive()
        defer { self.leaveExclusive() }
        return try await body()
    }

    private func enterShared() async {
        await withCheckedContinuation { continuation in
            let enters = self.state.withLock { state in
                guard !state.hasWriter, state.waitingWriters.isEmpty else {
                    state.waitingReaders.append(continuation)
                    return false
                }
                state.readerCount += 1
                return true
            }
            if enters { continuation.resume() }
        }
    }

    private func enterExclusive() async {
        await withCheckedContinuation { continuation in
            let enters = self.state.withLock { state in
                guard !state.hasWriter, state.readerCount == 0 else {
                    state.waitingWriters.append(continuation)
                    return false
                }
                state.hasWriter = true
                return true
            }
            if enters { continuation.resume() }
        }
    }

    private func leaveShared() {
        let next = self.state.withLock { state in
            state.readerCount -= 1
            return Self.admit(&state)
        }
        for continuation in next { continuation.resume() }
    }

    private func leaveExclusive() {
        let next = self.state.withLock { state in
            state.hasWriter = false
            return Self.admit(&state)
        }
        for continuation in next { continuation.resume() }
    }

    /// Who enters now that somebody has left.
    private static func admit(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
        guard !state.hasWriter else { return [] }
        if !state.waitingWriters.isEmpty {
            guard state.readerCount == 0 else { return [] }
            state.hasWriter = true
            return [state.waitingWriters.removeFirst()]
        }
        let readers = state.waitingReaders
        state.waitingReaders = []
        state.readerCount += readers.count
        return readers
    }
}
