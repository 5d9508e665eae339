// SPDX-License-Identifier: Apache-2.0

/// A bucket of tokens that fills at a steady rate: a pure machine, told the time by its caller.
package struct TokenBucket: Sendable, Equatable {
    /// Whether tokens were taken.
    package enum Decision: Sendable, Equatable {
        case taken
        /// Nothing was taken; after this time it would have worked, nil when it never will.
        case refused(retryAfter: Duration?)
    }

    private var tokens: Double
    private var filledAt: Duration

    /// A full bucket at time `now` (any fixed origin).
    package init(burst: Double, now: Duration) {
        self.tokens = burst
        self.filledAt = now
    }

    /// Fills up to `now`, then takes `count` tokens, all or none.
    package mutating func take(_ count: Double, rate: Double, burst: Double, now: Duration) -> Decision {
        let elapsed = max(0, Self.seconds(now - self.filledAt))
        self.tokens = min(burst, self.tokens + elapsed * rate)
        self.filledAt = max(self.filledAt, now)
        if count <= self.tokens {
            self.tokens -= count
            return .taken
        }
        guard count <= burst, rate > 0 else { return .refused(retryAfter: nil) }
        return .refused(retryAfter: .seconds(min((count - self.tokens) / rate, Self.retryAfterMax)))
    }

    /// Whether the bucket is full at `now`, so that forgetting it changes nothing.
    package func isFull(rate: Double, burst: Double, now: Duration) -> Bool {
        self.tokens + Self.seconds(now - self.filledAt) * rate >= burst
    }

    /// Seconds; a tiny rate gives times that no `Duration` holds.
    private static let retryAfterMax = 86_400.0

    private static func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
