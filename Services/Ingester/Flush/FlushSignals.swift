// SPDX-License-Identifier: Apache-2.0
internal import ServiceKit
internal import Synchronization

/// Wakes the flush loop before its time: memory runs short.
final class FlushSignals: Sendable {
    private let current = Mutex(StopSignal())

    /// Asks for a flush soon; called from the threads of the head store.
    func wantFlush() { self.current.withLock { $0 }.fire() }

    /// Returns at `deadline`, at the next wish for a flush, or when `stop` fires.
    func wait<C: Clock<Duration>>(until deadline: C.Instant, or stop: StopSignal, on clock: C) async {
        let wish = self.current.withLock { $0 }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await stop.wait(until: deadline, on: clock) }
            group.addTask { await wish.wait() }
            await group.next()
            group.cancelAll()
        }
        if wish.hasFired { self.current.withLock { $0 = StopSignal() } }
    }
}
