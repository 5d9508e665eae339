// SPDX-License-Identifier: Apache-2.0
import Exposition
import Testing

@Suite struct MetricRegistryTests {
    @Test func rendersEveryKindOfInstrument() {
        let registry = MetricRegistry()
        let pushes = registry.counter("pushes_total", help: "Pushes.", labels: [("tenant", "a\"b\\c\nd")])
        pushes.increment()
        pushes.increment(by: 41)
        registry.gauge("depth", help: "Two\nlines \\ \"quoted\".").set(-1.5)
        let latency = registry.histogram(
            "latency_seconds",
            help: "",
            labels: [("route", "/"), ("method", "GET")],
            upperBounds: [0.5, 1]
        )
        for value in [0.25, 0.5, 0.75, 4] { latency.observe(value) }
        #expect(
            registry.render() == """
                # HELP depth Two\\nlines \\\\ "quoted".
                # TYPE depth gauge
                depth -1.5
                # TYPE latency_seconds histogram
                latency_seconds_bucket{method="GET",route="/",le="0.5"} 2
                latency_seconds_bucket{method="GET",route="/",le="1"} 3
                latency_seconds_bucket{method="GET",route="/",le="+Inf"} 4
                latency_seconds_sum{method="GET",route="/"} 5.5
                latency_seconds_count{method="GET",route="/"} 4
                # HELP pushes_total Pushes.
                # TYPE pushes_total counter
                pushes_total{tenant="a\\"b\\\\c\\nd"} 42

                """
        )
    }

    @Test func givesTheSameInstrumentForTheSameLabelsInAnyOrder() {
        let registry = MetricRegistry()
        let first = registry.counter("a_total", help: "", labels: [("x", "1"), ("y", "2")])
        let second = registry.counter("a_total", help: "", labels: [("y", "2"), ("x", "1")])
        #expect(first === second)
        #expect(first !== registry.counter("a_total", help: "", labels: [("x", "2"), ("y", "1")]))
    }

    @Test func countsLabelSetsBeyondTheCapTogether() {
        let registry = MetricRegistry(childCountMax: 2)
        let family = registry.counters("a_total", help: "", labelNames: ["tenant"])
        for tenant in ["a", "b", "c", "d", "a"] { family.with(tenant).increment() }
        #expect(
            registry.render() == """
                # TYPE a_total counter
                a_total{tenant="a"} 2
                a_total{tenant="b"} 1
                a_total{tenant="other"} 2

                """
        )
    }

    @Test func readsCollectorsWhenRendered() {
        let registry = MetricRegistry()
        let source = registry.gauge("held", help: "")
        registry.collect { $0.counter("doubled_total", help: "", labels: [("of", "held")], source.value * 2) }
        source.set(21)
        #expect(registry.render().hasSuffix("doubled_total{of=\"held\"} 42\n"))
    }

    @Test func losesNoIncrementUnderConcurrency() async {
        let registry = MetricRegistry()
        let counter = registry.counter("a_total", help: "")
        let histogram = registry.histogram("b", help: "", upperBounds: [1])
        let gauge = registry.gauge("c", help: "")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { @concurrent in
                    for _ in 0..<1_000 {
                        counter.increment()
                        histogram.observe(0.5)
                        gauge.add(1)
                    }
                }
            }
        }
        #expect(counter.value == 8_000)
        #expect(histogram.sum == 4_000)
        #expect(histogram.cumulativeCounts == [8_000, 8_000])
        #expect(gauge.value == 8_000)
    }

    @Test(arguments: [
        (1.0, "1"), (0.1, "0.1"), (1e20, "1e+20"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
        (-0.0, "0"), (1_795_521_600, "1795521600"),
    ])
    func rendersNumbersAsPrometheusReadsThem(value: Double, text: String) {
        #expect(MetricText.number(value) == text)
    }

    @Test func refusesNamesOfAnotherAlphabet() {
        #expect(MetricText.isName("pyroscope:a_1"))
        for name in ["", "1a", "a-b", "ä", "a b"] { #expect(!MetricText.isName(name)) }
    }

    @Test func refusesToMakeOneNameTwoKinds() async {
        await #expect(processExitsWith: .failure) {
            let registry = MetricRegistry()
            _ = registry.counter("a", help: "")
            _ = registry.gauge("a", help: "")
        }
    }
}
