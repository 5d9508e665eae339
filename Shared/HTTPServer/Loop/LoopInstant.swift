// SPDX-License-Identifier: Apache-2.0

/// A point of the monotonic clock, as an event loop reads it once per turn.
package struct LoopInstant: Comparable, Sendable {
    package var nanoseconds: Int64

    /// The instant so long after the clock's own beginning.
    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The instant `duration` later; far away rather than overflown.
    package func advanced(by duration: Duration) -> Self {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return Self(nanoseconds: .max) }
        let (sum, late) = self.nanoseconds.addingReportingOverflow(whole &+ attoseconds / 1_000_000_000)
        return Self(nanoseconds: late ? .max : sum)
    }
}
