// SPDX-License-Identifier: Apache-2.0

// Invariant: `storage` is initialised by `sem_init` in `init` and destroyed in `deinit`; a waiter holds a
// reference to the object, so nobody waits on a destroyed semaphore.
internal import Glibc

/// A counting semaphore on which a thread sleeps.
@safe
package final class WakeSemaphore: Sendable {
    // SAFETY: POSIX semaphores may be posted and waited on from any thread; the pointer itself never changes.
    private nonisolated(unsafe) let storage: UnsafeMutablePointer<sem_t>

    /// A semaphore that nobody has signalled yet.
    package init() {
        unsafe self.storage = .allocate(capacity: 1)
        unsafe sem_init(self.storage, 0, 0)
    }

    deinit {
        unsafe sem_destroy(self.storage)
        unsafe self.storage.deallocate()
    }

    /// Wakes one waiter, now or when it comes.
    package func signal() {
        unsafe sem_post(self.storage)
    }

    /// Blocks the calling thread until a signal arrives.
    package func wait() {
        while unsafe sem_wait(self.storage) != 0 {}
    }
}
