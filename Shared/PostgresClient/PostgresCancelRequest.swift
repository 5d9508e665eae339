// SPDX-License-Identifier: Apache-2.0

// Invariant: the request owns its `PGcancel` alone; the sending thread keeps the request alive.
internal import Blocking
internal import CLibpq
internal import Glibc
internal import Synchronization

/// A request to stop what one connection is doing.
@safe
final class PostgresCancelRequest: Sendable {
    // SAFETY: `PQcancel` may be called from any thread; the pointer is never changed and freed once, in
    // `deinit`.
    private nonisolated(unsafe) let handle: OpaquePointer
    private let isSent = Atomic(false)

    /// Takes over what `PQgetCancel` made.
    init(_ handle: OpaquePointer) { unsafe self.handle = handle }

    deinit { unsafe PQfreeCancel(self.handle) }

    /// Sends the request on a thread of its own, as it blocks on a second connection.
    func send() {
        do {
            try DetachedThread.start(name: "pg-cancel") { self.sendBlocking() }
        } catch {
            // Without a thread the statement runs into its own timeout.
            self.isSent.store(true, ordering: .releasing)
        }
    }

    /// Waits until the server has seen the request; false when it does not in time.
    func waitUntilSent(until deadline: ContinuousClock.Instant) -> Bool {
        while !self.isSent.load(ordering: .acquiring) {
            guard ContinuousClock.now < deadline else { return false }
            poll(nil, 0, 1)
        }
        return true
    }

    private func sendBlocking() {
        var message = [CChar](repeating: 0, count: 256)
        _ = unsafe PQcancel(self.handle, &message, Int32(message.count))
        self.isSent.store(true, ordering: .releasing)
    }
}
