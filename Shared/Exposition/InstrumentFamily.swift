// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Instruments of one name that differ in label values known only at run time (tenant, reason, route).
///
/// A lookup is one lock and one dictionary access: fine per request, too slow per sample.
package final class InstrumentFamily<Instrument: Sendable>: Sendable {
    private let labelNames: [String]
    private let make: @Sendable (MetricText.Labels) -> Instrument
    private let known = Mutex<[[String]: Instrument]>([:])

    fileprivate init(
        labelNames: [String],
        make: @escaping @Sendable (MetricText.Labels) -> Instrument
    ) {
        self.labelNames = labelNames
        self.make = make
    }

    /// The instrument with these label values, in the order of the label names.
    package func with(_ values: String...) -> Instrument {
        precondition(values.count == self.labelNames.count, "one value per label name")
        return self.known.withLock { known in
            if let instrument = known[values] { return instrument }
            let made = self.make(zip(self.labelNames, values).map { ($0, $1) })
            if known.count < Self.rememberedCountMax { known[values] = made }
            return made
        }
    }

    private static var rememberedCountMax: Int { 4_096 }
}

extension MetricRegistry {
    /// Counters of one name with these label names.
    package func counters(
        _ name: String,
        help: String,
        labelNames: [String]
    ) -> InstrumentFamily<Counter> {
        InstrumentFamily(labelNames: labelNames) { self.counter(name, help: help, labels: $0) }
    }

    /// Histograms of one name with these label names.
    package func histograms(
        _ name: String,
        help: String,
        labelNames: [String],
        upperBounds: [Double] = Histogram.secondsBounds
    ) -> InstrumentFamily<Histogram> {
        InstrumentFamily(labelNames: labelNames) {
            self.histogram(name, help: help, labels: $0, upperBounds: upperBounds)
        }
    }
}
