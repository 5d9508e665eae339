// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// A count that only goes up.
///
/// Any thread may call it; an increment is one relaxed atomic add.
package final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    /// A counter at zero that no registry knows; `MetricRegistry` hands out registered ones.
    package init() {}

    /// Adds `amount`.
    package func increment(by amount: UInt64 = 1) {
        self.count.wrappingAdd(amount, ordering: .relaxed)
    }

    /// Adds a count of things in memory; a negative one is ignored.
    package func increment(by amount: Int) {
        guard let amount = UInt64(exactly: amount) else { return }
        self.increment(by: amount)
    }

    /// The count so far.
    package var value: UInt64 { self.count.load(ordering: .relaxed) }
}

/// A value that goes both ways.
///
/// Any thread may call it.
package final class Gauge: Sendable {
    private let bits = Atomic<UInt64>(Double.zero.bitPattern)

    /// A gauge at zero that no registry knows; `MetricRegistry` hands out registered ones.
    package init() {}

    /// Replaces the value.
    package func set(_ value: Double) { self.bits.store(value.bitPattern, ordering: .relaxed) }

    /// Replaces the value by a count of things in memory.
    package func set(_ value: Int) { self.set(Double(value)) }

    /// Adds `amount`, which may be negative.
    package func add(_ amount: Double) { self.bits.addDouble(amount) }

    /// The value now.
    package var value: Double { Double(bitPattern: self.bits.load(ordering: .relaxed)) }
}

/// Counts observations into buckets that are fixed at creation.
///
/// Any thread may call it.
package final class Histogram: Sendable {
    /// The inclusive upper bounds, ascending; `+Inf` is implied.
    package let upperBounds: [Double]
    private let counts: [Counter]
    private let sumBits = Atomic<UInt64>(Double.zero.bitPattern)

    /// A histogram without observations; the bounds must ascend.
    package init(upperBounds: [Double]) {
        precondition(upperBounds == upperBounds.sorted(), "histogram bounds must ascend")
        self.upperBounds = upperBounds
        self.counts = (0...upperBounds.count).map { _ in Counter() }
    }

    /// Counts one observation.
    package func observe(_ value: Double) {
        let index = self.upperBounds.firstIndex { value <= $0 } ?? self.upperBounds.count
        self.counts[index].increment()
        self.sumBits.addDouble(value)
    }

    /// Counts one observation of a time, in seconds.
    package func observe(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.observe(Double(seconds) + Double(attoseconds) * 1e-18)
    }

    /// The sum of everything observed.
    package var sum: Double { Double(bitPattern: self.sumBits.load(ordering: .relaxed)) }

    /// Cumulative counts, one per bound and one for `+Inf`.
    package var cumulativeCounts: [UInt64] {
        var total: UInt64 = 0
        return self.counts.map { count in
            total &+= count.value
            return total
        }
    }

    /// Bounds for times of requests, 1 ms to 30 s.
    package static let secondsBounds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]

    /// Bounds for sizes, 1 KiB to 64 MiB in steps of four.
    package static let byteBounds: [Double] = (5...13).map { Double(1 << (2 * $0)) }
}

extension Atomic where Value == UInt64 {
    /// Adds to a `Double` that is stored as its bit pattern.
    fileprivate borrowing func addDouble(_ amount: Double) {
        var current = self.load(ordering: .relaxed)
        while true {
            let updated = (Double(bitPattern: current) + amount).bitPattern
            let (exchanged, original) = self.compareExchange(
                expected: current,
                desired: updated,
                ordering: .relaxed
            )
            if exchanged { return }
            current = original
        }
    }
}
