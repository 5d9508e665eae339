// SPDX-License-Identifier: Apache-2.0
import ProfileColumns
import ProfileModel
import Testing

@Suite struct SeriesLabelsTests {
    let series = LabelSet([
        Label("__name__", "process_cpu"), Label("service_name", "shop"), Label("pod", "a"),
        Label("__type__", "forged"),
    ])
    let cpu = ProfileType(
        name: "process_cpu",
        sampleType: "cpu",
        sampleUnit: "nanoseconds",
        periodType: "cpu",
        periodUnit: "nanoseconds"
    )

    @Test func derivedLabelsWinOverClients() {
        let visible = SeriesLabels.visible(series: self.series, type: self.cpu)
        #expect(visible["__type__"] == "cpu")
        #expect(visible["__unit__"] == "nanoseconds")
        #expect(visible["__period_type__"] == "cpu")
        #expect(visible["__period_unit__"] == "nanoseconds")
        #expect(visible["__profile_type__"] == "process_cpu:cpu:nanoseconds:cpu:nanoseconds")
        #expect(visible["__service_name__"] == "shop")
        #expect(visible["pod"] == "a")
    }

    @Test func missingPeriodTypeShowsNoPeriodLabels() {
        let type = ProfileType(name: "m", sampleType: "s", sampleUnit: "u", periodType: "", periodUnit: "")
        let visible = SeriesLabels.visible(series: self.series, type: type)
        #expect(visible["__period_type__"] == nil)
        #expect(visible["__period_unit__"] == nil)
        #expect(visible["__profile_type__"] == "m:s:u::")
    }

    @Test func seriesLabelsWinOverSampleLabels() {
        let sample = LabelSet([
            Label("pod", "b"), Label("thread", "main"), Label("span_id", "00000000000000ff"),
        ])
        let merged = SeriesLabels.merged(series: self.series, sample: sample)
        #expect(merged["pod"] == "a")
        #expect(merged["thread"] == "main")
        #expect(merged["span_id"] == nil)
    }

    @Test func spanColumnsDoNotSplitLabelSets() {
        let sets = VisibleLabelSets([
            .empty,
            LabelSet([Label("span_id", "1"), Label("thread", "x")]),
            LabelSet([Label("span_id", "2"), Label("thread", "x")]),
            LabelSet([Label("trace_id", "2")]),
        ])
        #expect(sets.distinct == [.empty, LabelSet([Label("thread", "x")])])
        #expect(sets.indices == [0, 1, 1, 0])
        let match = sets.match(series: self.series, type: self.cpu) { $0("thread") == "x" }
        #expect(match == .some([false, true, true, false]))
        #expect(sets.match(series: self.series, type: self.cpu) { $0("pod") == "a" } == .all)
        #expect(sets.match(series: self.series, type: self.cpu) { $0("pod") == "b" } == .none)
    }

    @Test func aMatchIsNarrowedByAMask() {
        #expect(LabelSetMatch.all.narrowed(to: nil) == .all)
        #expect(LabelSetMatch.all.narrowed(to: [false, true]) == .some([false, true]))
        #expect(LabelSetMatch.all.narrowed(to: [false, false]) == .none)
        #expect(LabelSetMatch.none.narrowed(to: [true, true]) == .none)
        #expect(
            LabelSetMatch.some([true, true, false]).narrowed(to: [false, true, true])
                == .some([false, true, false])
        )
        #expect(LabelSetMatch.some([true, false]).narrowed(to: [false, true]) == .none)
    }
}
