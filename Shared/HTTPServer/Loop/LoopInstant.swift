// SPDX-License-Identifier: Apache-2.0

/// A point of the monotonic clock, as an event loop reads it once per turn.
struct LoopInstant: Comparable, Sendable {
    var nanoseconds: Int64

    static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The instant `duration` later; far away rather than overflown.
    func advanced(by duration: Duration) -> Self {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return Self(nanoseconds: .max) }
        let (sum, late) = self.nanoseconds.addingReportingOverflow(whole &+ attoseconds / 1_000_000_000)
        return Self(nanoseconds: late ? .max : sum)
    }
}
