// SPDX-License-Identifier: Apache-2.0
import LabelSelector
import ProfileModel
import Testing

@Suite struct SpanFilterTests {
    private static func labels(_ name: String, _ value: String) -> LabelSet {
        LabelSet([Label("thread", "main"), Label(name, value)])
    }

    @Test func admitsByOneColumnWhateverTheCase() {
        let filter = SpanFilter(name: "span_id", ids: ["00000000000000AB", "00000000000000ab", "01"])
        #expect(filter.ids == ["00000000000000ab", "01"])
        let labelSets = [
            .empty, Self.labels("span_id", "00000000000000ab"), Self.labels("span_id", "00000000000000aB"),
            Self.labels("span_id", "00000000000000ac"), Self.labels("trace_id", "00000000000000ab"),
        ]
        #expect(filter.mask(of: labelSets) == [false, true, true, false, false])
        #expect(filter == SpanFilter(name: "span_id", ids: ["01", "00000000000000ab"]))
    }
}
