// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Tells a service to finish; fires once and stays fired.
///
/// Any task may wait, any thread may fire it.
package final class StopSignal: Sendable {
    private struct State {
        var hasFired = false
        var nextID = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var callbacks: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    /// A signal that has not fired.
    package init() {}

    /// Whether it is time to finish.
    package var hasFired: Bool { self.state.withLock { $0.hasFired } }

    /// Fires; a second time changes nothing.
    package func fire() {
        let (waiting, callbacks) = self.state.withLock { state in
            state.hasFired = true
            defer { (state.waiting, state.callbacks) = ([:], []) }
            return (state.waiting, state.callbacks)
        }
        for continuation in waiting.values { continuation.resume() }
        for callback in callbacks { callback() }
    }

    /// Calls `body` when the signal fires, at once when it has; on the thread that fires it.
    package func whenFired(_ body: @escaping @Sendable () -> Void) {
        let hasFired = self.state.withLock { state in
            if !state.hasFired { state.callbacks.append(body) }
            return state.hasFired
        }
        if hasFired { body() }
    }

    /// Returns when the signal fires or the task is cancelled.
    package func wait() async {
        let id = self.state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = self.state.withLock { state in
                    if state.hasFired || Task.isCancelled { return true }
                    state.waiting[id] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            self.state.withLock { $0.waiting.removeValue(forKey: id) }?.resume()
        }
    }

    /// Returns at `deadline`, or earlier when the signal fires or the task is cancelled.
    package func wait<C: Clock>(until deadline: C.Instant, on clock: C) async where C.Duration == Duration {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait() }
            group.addTask {
                // A sleep only ends early by cancellation: then the signal was first.
                try? await clock.sleep(until: deadline, tolerance: nil)
            }
            await group.next()
            group.cancelAll()
        }
    }
}
