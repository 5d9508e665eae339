// SPDX-License-Identifier: Apache-2.0

/// When the next attempt to connect may be made: doubling from 50 ms to 5 s, each delay drawn from its
/// upper half.
///
/// After an outage twenty processes come back spread out, and all within seconds (spec/reliability F23).
struct ReconnectDelay: Sendable {
    private static let first: Duration = .milliseconds(50)
    private static let longest: Duration = .seconds(5)

    private var current: Duration = .zero
    private var notBefore: ContinuousClock.Instant?

    /// Whether an attempt would come too early.
    func isHolding(at now: ContinuousClock.Instant) -> Bool { self.notBefore.map { now < $0 } ?? false }

    mutating func failed(at now: ContinuousClock.Instant, using generator: inout some RandomNumberGenerator) {
        self.current = self.current == .zero ? Self.first : min(self.current * 2, Self.longest)
        self.notBefore = now + self.current * Double.random(in: 0.5...1, using: &generator)
    }

    mutating func succeeded() { self = ReconnectDelay() }
}
