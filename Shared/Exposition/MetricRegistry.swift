// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Owns every metric of one process and renders them.
///
/// Any thread may call it.
///
/// Asking twice for one name and one set of label values gives the same instrument. Make instruments once and
/// keep them: asking takes a lock, counting does not. A family holds at most `childCountMax` label sets; what
/// comes later is counted under the label value `other`, so hostile names cannot grow the page.
package final class MetricRegistry: Sendable {
    private enum Instrument {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)

        var type: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    private struct Family {
        var help: String
        var type: String
        var children: [String: Instrument] = [:]
    }

    private struct Contents {
        var families: [String: Family] = [:]
        var collectors: [@Sendable (inout MetricText) -> Void] = []
    }

    private let contents = Mutex(Contents())
    private let childCountMax: Int

    /// An empty registry.
    package init(childCountMax: Int = 2_000) { self.childCountMax = childCountMax }

    /// The counter of that name and these labels.
    package func counter(_ name: String, help: String, labels: MetricText.Labels = []) -> Counter {
        let found = self.instrument(name, help, labels) { .counter(Counter()) }
        guard case .counter(let counter) = found else { preconditionFailure("\(name) is not a counter") }
        return counter
    }

    /// The gauge of that name and these labels.
    package func gauge(_ name: String, help: String, labels: MetricText.Labels = []) -> Gauge {
        let found = self.instrument(name, help, labels) { .gauge(Gauge()) }
        guard case .gauge(let gauge) = found else { preconditionFailure("\(name) is not a gauge") }
        return gauge
    }

    /// The histogram of that name and these labels.
    package func histogram(
        _ name: String,
        help: String,
        labels: MetricText.Labels = [],
        upperBounds: [Double] = Histogram.secondsBounds
    ) -> Histogram {
        let found = self.instrument(name, help, labels) { .histogram(Histogram(upperBounds: upperBounds)) }
        guard case .histogram(let histogram) = found else {
            preconditionFailure("\(name) is not a histogram")
        }
        return histogram
    }

    /// Adds values that are read when the page is rendered (process memory, queue lengths).
    package func collect(_ collector: @escaping @Sendable (inout MetricText) -> Void) {
        self.contents.withLock { $0.collectors.append(collector) }
    }

    /// The whole page: families and their label sets in lexical order, then the collectors in theirs.
    package func render() -> String {
        let contents = self.contents.withLock { $0 }
        var page = MetricText()
        for (name, family) in contents.families.sorted(by: { $0.key < $1.key }) {
            page.family(name, type: family.type, help: family.help)
            for (labels, instrument) in family.children.sorted(by: { $0.key < $1.key }) {
                Self.write(instrument, name, labels, to: &page)
            }
        }
        for collector in contents.collectors { collector(&page) }
        return page.text
    }

    private func instrument(
        _ name: String,
        _ help: String,
        _ labels: MetricText.Labels,
        _ make: () -> Instrument
    ) -> Instrument {
        precondition(MetricText.isName(name), "bad metric name \(name)")
        precondition(labels.allSatisfy { MetricText.isName($0.name) }, "bad label name of \(name)")
        let sorted = labels.sorted { $0.name < $1.name }
        let key = MetricText.render(sorted)
        return self.contents.withLock { contents in
            var family = contents.families[name] ?? Family(help: help, type: "")
            if let existing = family.children[key] { return existing }
            let isFull = family.children.count >= self.childCountMax && !labels.isEmpty
            let place = isFull ? MetricText.render(sorted.map { ($0.name, "other") }) : key
            if let existing = family.children[place] { return existing }
            let made = make()
            precondition(family.type.isEmpty || family.type == made.type, "\(name) is a \(family.type)")
            family.type = made.type
            family.children[place] = made
            contents.families[name] = family
            return made
        }
    }

    private static func write(
        _ instrument: Instrument,
        _ name: String,
        _ labels: String,
        to page: inout MetricText
    ) {
        switch instrument {
        case .counter(let counter): page.sample(name, rendered: labels, "\(counter.value)")
        case .gauge(let gauge): page.sample(name, rendered: labels, MetricText.number(gauge.value))
        case .histogram(let histogram):
            let counts = histogram.cumulativeCounts
            let bounds = histogram.upperBounds.map(MetricText.number) + ["+Inf"]
            let prefix = labels.isEmpty ? "" : labels + ","
            for (bound, count) in zip(bounds, counts) {
                page.sample("\(name)_bucket", rendered: "\(prefix)le=\"\(bound)\"", "\(count)")
            }
            page.sample("\(name)_sum", rendered: labels, MetricText.number(histogram.sum))
            page.sample("\(name)_count", rendered: labels, "\(counts.last ?? 0)")
        }
    }
}
