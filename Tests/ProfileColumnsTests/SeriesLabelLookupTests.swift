// SPDX-License-Identifier: Apache-2.0
import ProfileColumns
import ProfileModel
import Testing

@Suite struct SeriesLabelLookupTests {
    private static let type = ProfileType(
        name: "process_cpu",
        sampleType: "cpu",
        sampleUnit: "",
        periodType: "cpu",
        periodUnit: "nanoseconds"
    )

    /// Every mixture of two values of each name, on the series and on the sample.
    @Test func findsWhatIsVisible() {
        let names = ["pod", "service_name", "span_id", "__type__", "__service_name__", "__profile_type__"]
        let asked = names + ["__unit__", "__period_type__", "__period_unit__", "absent"]
        for mask in 0..<1 << (2 * names.count) {
            var labels: [[Label]] = [[], []]
            for (bit, name) in names.enumerated() {
                for side in 0..<2 where mask >> (2 * bit + side) & 1 == 1 {
                    labels[side].append(Label(name, "\(side)"))
                }
            }
            let (series, sample) = (LabelSet(labels[0]), LabelSet(labels[1]))
            let visible = SeriesLabels.visible(series: series, type: Self.type, sample: sample)
            let found = SeriesLabels.visible(asked, series: series, type: Self.type, sample: sample)
            #expect(found == visible.keeping(Set(asked)))
            for name in asked {
                let value = SeriesLabels.value(of: name, series: series, type: Self.type, sample: sample)
                #expect(value == visible[name], "\(name) of \(series) and \(sample)")
            }
        }
    }

    @Test func findsADottedLabelByItsUnderscores() {
        let series = LabelSet([
            Label("otel.scope.name", "runtime"), Label("a-b", "minus"), Label("é", "accent"),
        ])
        let sample = LabelSet([Label("http.route", "/cart")])
        func value(_ name: String) -> String? {
            SeriesLabels.value(of: name, series: series, type: Self.type, sample: sample)
        }
        #expect(value("otel_scope_name") == "runtime")
        #expect(value("otel.scope_name") == "runtime")
        #expect(value("a_b") == "minus")
        #expect(value("_") == "accent")
        #expect(value("http_route") == "/cart")
        #expect(value("otel_scope") == nil)
        #expect(value("otel_scope_name_") == nil)
        #expect(value("http__route") == nil)
    }

    @Test func aLabelOfThatVeryNameWinsOverAnAlias() {
        let series = LabelSet([Label("a.b", "dotted")])
        let sample = LabelSet([Label("a_b", "plain")])
        #expect(SeriesLabels.value(of: "a_b", series: series, type: Self.type, sample: sample) == "plain")
    }
}
