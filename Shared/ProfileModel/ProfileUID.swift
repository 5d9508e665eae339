// SPDX-License-Identifier: Apache-2.0

/// 128 bits that identify one uploaded profile: what makes a retry count once (spec/reliability 3.3).
package struct ProfileUID: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// A closed interval of time in nanoseconds since 1970.
package struct TimeRange: Hashable, Sendable {
    package let first: Int64
    package let last: Int64

    /// Both ends belong to the range; empty when `first > last`.
    package init(first: Int64, last: Int64) {
        self.first = first
        self.last = last
    }

    /// Whether the instant lies within the range.
    package func contains(_ nanoseconds: Int64) -> Bool {
        self.first <= nanoseconds && nanoseconds <= self.last
    }

    /// Whether the two ranges share an instant.
    package func overlaps(_ other: TimeRange) -> Bool { self.first <= other.last && other.first <= self.last }

    /// All of time.
    package static let all = TimeRange(first: .min, last: .max)
}
