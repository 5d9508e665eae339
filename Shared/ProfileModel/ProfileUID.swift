// SPDX-License-Identifier: Apache-2.0

/// 128 bits that identify one uploaded profile: what makes a retry count once (spec/reliability 3.3).
package struct ProfileUID: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A uid of 127 bits of `high` and `low` and one that says whether the client named the profile.
    package init(high: UInt64, low: UInt64, isNamed: Bool) {
        self.init(high: high, low: isNamed ? low | 1 : low & ~1)
    }

    /// Whether the client named the profile: then equal uids are one profile, whatever is in it.
    package var isNamed: Bool { self.low & 1 == 1 }

    /// Another uid for a profile that equals this one and is not it; the same for the same position.
    package func distinct(at position: UInt64) -> ProfileUID {
        ProfileUID(high: self.high, low: (self.low ^ position &* 0x9E37_79B9_7F4A_7C15) | 1)
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
