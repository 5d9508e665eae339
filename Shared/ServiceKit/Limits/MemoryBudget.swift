// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Bytes that requests in flight may hold together.
///
/// Nobody waits for room: what does not fit is refused at once, so that an overload is an answer and not a
/// queue.
package final class MemoryBudget: Sendable {
    /// The bytes that may be held at a time.
    package let byteLimit: Int
    private let held = Mutex(0)

    /// A budget that is all free.
    package init(byteLimit: Int) { self.byteLimit = byteLimit }

    /// The bytes held now.
    package var heldByteCount: Int { self.held.withLock { $0 } }

    /// Takes room for `byteCount` bytes; nil when they do not fit now.
    package func reserve(_ byteCount: Int) -> Reservation? {
        self.take(byteCount) ? Reservation(budget: self, byteCount: byteCount) : nil
    }

    fileprivate func take(_ byteCount: Int) -> Bool {
        guard byteCount >= 0 else { return false }
        return self.held.withLock { held in
            guard byteCount <= self.byteLimit - held else { return false }
            held += byteCount
            return true
        }
    }

    fileprivate func giveBack(_ byteCount: Int) { self.held.withLock { $0 -= byteCount } }

    /// Room that is held until the last reference goes.
    package final class Reservation: Sendable {
        private let budget: MemoryBudget
        private let byteCount: Mutex<Int>

        fileprivate init(budget: MemoryBudget, byteCount: Int) {
            self.budget = budget
            self.byteCount = Mutex(byteCount)
        }

        deinit { self.budget.giveBack(self.byteCount.withLock { $0 }) }

        /// Takes more room, for a body whose length was not known; false when it does not fit.
        package func grow(by more: Int) -> Bool {
            guard self.budget.take(more) else { return false }
            self.byteCount.withLock { $0 += more }
            return true
        }

        /// Gives room back before the end, at most what is held.
        package func shrink(by less: Int) {
            let given = self.byteCount.withLock { byteCount in
                let given = min(max(0, less), byteCount)
                byteCount -= given
                return given
            }
            self.budget.giveBack(given)
        }
    }
}
