// SPDX-License-Identifier: Apache-2.0
import ProfileModel
import Querier
import Testing
import WireAPI

@Suite struct SeriesTests {
    /// Vectors of spec/query 5.1.
    @Test(
        arguments: [
            (
                range: (1, 5), step: 0.001, totals: [(1, 1), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5)],
                expected: [(1, 2), (2, 2), (3, 3), (4, 4), (5, 5)]
            ),
            (
                range: (1_000, 3_000), step: 1, totals: [(947, 100), (987, 300), (1_847, 200)],
                expected: [(1_000, 400), (2_000, 200)]
            ),
        ] as [(range: (Int64, Int64), step: Double, totals: [(Int64, Int64)], expected: [(Int64, Double)])]
    )
    func sumsTheStepThatEndsAtAPoint(
        range: (Int64, Int64),
        step: Double,
        totals: [(Int64, Int64)],
        expected: [(Int64, Double)]
    ) async throws {
        let samples = totals.map { Setting.sample("a", $0.1, at: $0.0) }
        let setting = Setting([MemorySource(samples)])
        var request = Setting.seriesRequest(step: step)
        (request.start, request.end) = range
        let series = try await setting.service.selectSeries(request, setting.scope).series
        #expect(series.count == 1)
        #expect(series.first?.labels.isEmpty == true)
        #expect(series.first?.points.map(\.timestamp) == expected.map(\.0))
        #expect(series.first?.points.map(\.value) == expected.map(\.1))
    }

    @Test func averagesCountProfiles() async throws {
        let samples = [(1, 10), (2, 20), (3, 31), (16, 5)].map { seconds, value in
            Setting.sample("a", Int64(value), at: Setting.start + Int64(seconds) * 1_000)
        }
        let others = [Setting.sample("a", 50, service: "b", at: Setting.start + 1_000)]
        let setting = Setting([MemorySource(samples + others)])
        var request = Setting.seriesRequest(step: 15, groupBy: ["service_name"])
        let sums = try await setting.service.selectSeries(request, setting.scope).series
        #expect(sums.map { $0.points.map(\.value) } == [[61, 5], [50]])
        request.aggregation = .average
        let averages = try await setting.service.selectSeries(request, setting.scope).series
        #expect(averages.map { $0.points.map(\.value) } == [[50], [61.0 / 3, 5]])
    }

    @Test func refusesToGroupByMoreLabelsThanASeriesHas() async {
        let setting = Setting([MemorySource([])])
        let request = Setting.seriesRequest(step: 15, groupBy: (0...256).map { "l\($0)" })
        await #expect(throws: QueryError.self) {
            try await setting.service.selectSeries(request, setting.scope)
        }
    }

    @Test func groupsInTheOrderAskedForAndSortsByTotal() async throws {
        let samples = [
            Setting.sample("a", 5, service: "b", labels: [Label("region", "eu")]),
            Setting.sample("a", 5, service: "a", labels: [Label("region", "eu")]),
            Setting.sample("a", 9, service: "c"),
            Setting.sample("a", 1, service: "d"),
        ]
        let setting = Setting([MemorySource(samples), MemorySource(Array(samples.prefix(1)))])
        var request = Setting.seriesRequest(
            step: 15,
            groupBy: ["service_name", "region", "service_name", ""]
        )
        let all = try await setting.service.selectSeries(request, setting.scope).series
        #expect(
            all.map { $0.labels.map(\.value) } == [["b", "eu"], ["c"], ["a", "eu"], ["d"]]
        )
        #expect(all.map { $0.points.map(\.value) } == [[10], [9], [5], [1]])
        request.limit = 2
        let top = try await setting.service.selectSeries(request, setting.scope).series
        #expect(top == Array(all.prefix(2)))
    }

    @Test(arguments: [0, 0.000_9, -1, -Double.infinity, .nan])
    func refusesStepsBelowAMillisecond(step: Double) async {
        let setting = Setting([MemorySource()])
        let text = await fault { () async throws(QueryError) in
            try await setting.service.selectSeries(Setting.seriesRequest(step: step), setting.scope)
        }
        #expect(text.contains("step must be >= 1ms"))
    }

    @Test(arguments: [1e9, 1e300, .infinity])
    func stepsBeyondTheWindowLeaveNothingAfterItsStart(step: Double) async throws {
        let late = Setting.sample("a", 1, at: Setting.start + 1)
        let setting = Setting([MemorySource([late])])
        let series = try await setting.service.selectSeries(Setting.seriesRequest(step: step), setting.scope)
        #expect(series.series.isEmpty)
        let early = Setting([MemorySource([late, Setting.sample("a", 2, at: Setting.start)])])
        let sums = try await early.service.selectSeries(Setting.seriesRequest(step: step), early.scope)
        #expect(sums.series.first?.points.map(\.value) == [2])
    }

    @Test func labelCallsSeeDerivedAndSampleLabels() async throws {
        let samples = [
            Setting.sample("a", 1, service: "web", labels: [Label("région", "eu"), Label("pod", "p1")]),
            Setting.sample(
                "a",
                1,
                sampleLabels: [Label("endpoint", "/pay"), Label("span_id", "0123456789abcdef")],
                type: Setting.heap
            ),
        ]
        let setting = Setting([MemorySource(samples)])
        var names = TypesV1.LabelNamesRequest()
        (names.start, names.end) = (Setting.start, Setting.start + 1)
        let derived = [
            "__name__", "__period_type__", "__period_unit__", "__profile_type__", "__service_name__",
            "__type__",
            "__unit__",
        ]
        #expect(
            try await setting.service.labelNames(names, setting.scope).names
                == derived + ["endpoint", "pod", "service_name"]
        )
        var scope = setting.scope
        scope.allowsUTF8LabelNames = true
        #expect(
            try await setting.service.labelNames(names, scope).names
                == derived + ["endpoint", "pod", "région", "service_name"]
        )
        var values = TypesV1.LabelValuesRequest()
        (values.start, values.end, values.name) = (Setting.start, Setting.start + 1, "__profile_type__")
        #expect(
            try await setting.service.labelValues(values, setting.scope).names
                == [Setting.heap.description, Setting.cpu.description]
        )
        values.matchers = ["{endpoint=\"/pay\"}", "{__type__=~\"inuse.*\"}"]
        values.name = "service_name"
        #expect(try await setting.service.labelValues(values, setting.scope).names == ["api"])
    }

    @Test func seriesCollapseToTheLabelsAskedFor() async throws {
        let samples = ["p1", "p2"].map { Setting.sample("a", 1, labels: [Label("pod", $0)]) }
        let setting = Setting([MemorySource(samples), MemorySource(samples)])
        var request = QuerierV1.SeriesRequest()
        (request.start, request.end) = (Setting.start, Setting.start + 1)
        request.labelNames = ["service_name", "__type__", "nope"]
        let sets = try await setting.service.series(request, setting.scope).labelsSet
        #expect(sets.map { $0.labels.map(\.value) } == [["cpu", "api"]])
        request.labelNames = ["nope"]
        #expect(try await setting.service.series(request, setting.scope).labelsSet.isEmpty)
        request.labelNames = []
        #expect(try await setting.service.series(request, setting.scope).labelsSet.count == 2)
    }
}
