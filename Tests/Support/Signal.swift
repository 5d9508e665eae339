// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Raised once by one side of a test and watched by the other.
package final class Signal: Sendable {
    private let flag = Atomic(false)

    package init() {}

    package var isRaised: Bool { self.flag.load(ordering: .acquiring) }

    /// Raises it; a second time changes nothing.
    package func raise() { self.flag.store(true, ordering: .releasing) }
}
