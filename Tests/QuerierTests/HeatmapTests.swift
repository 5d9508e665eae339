// SPDX-License-Identifier: Apache-2.0
import ProfileModel
import Querier
import Testing
import WireAPI

@Suite struct HeatmapTests {
    private static func request(
        step: Double = 15,
        type: QuerierV1.HeatmapQueryType = .individual,
        groupBy: [String] = []
    ) -> QuerierV1.SelectHeatmapRequest {
        var request = QuerierV1.SelectHeatmapRequest()
        request.profileTypeID = Setting.cpu.description
        request.labelSelector = "{}"
        (request.start, request.end) = (Setting.start, Setting.start + 300_000)
        request.step = step
        request.queryType = type
        request.groupBy = groupBy
        return request
    }

    private static func ask(
        _ samples: [MemorySample],
        _ request: QuerierV1.SelectHeatmapRequest
    ) async throws -> [TypesV1.HeatmapSeries] {
        let setting = Setting([MemorySource(samples)])
        return try await setting.service.selectHeatmap(request, setting.scope).series
    }

    private static func at(_ seconds: Double, _ value: Int64, service: String = "api") -> MemorySample {
        Setting.sample("a", value, service: service, at: Setting.start + Int64(seconds * 1_000))
    }

    @Test func roundsTimesUpToTheRightEdge() async throws {
        let samples = [-15, -14, 0, 0.001, 15, 15.001].map { Self.at($0, 7) }
        let series = try await Self.ask(samples, Self.request())
        #expect(series.map(\.labels) == [[]])
        let slots = series[0].slots
        #expect(slots.map(\.timestamp) == [0, 15, 30].map { Setting.start + $0 * 1_000 })
        #expect(slots.map { $0.counts.reduce(0, +) } == [3, 2, 1])
    }

    /// What lies behind the last whole step gets a slot that ends behind the window.
    @Test func clampsToTheEndRoundedUp() async throws {
        let series = try await Self.ask([Self.at(299, 7)], Self.request(step: 80))
        #expect(series[0].slots.map(\.timestamp) == [Setting.start + 320_000])
    }

    @Test func hasTwentyRowsBetweenTheBoundsOfAllSeries() async throws {
        let samples = [Self.at(1, 100), Self.at(1, 310, service: "b"), Self.at(2, 205, service: "b")]
        let series = try await Self.ask(samples, Self.request(groupBy: ["service_name"]))
        let edges = (0..<20).map { Double(100 + $0 * 210 / 20) }
        #expect(series.flatMap(\.slots).map(\.yMin) == [edges, edges])
        #expect(series.map { $0.labels.map(\.value) } == [["api"], ["b"]])
        #expect(series[0].slots[0].counts.enumerated().filter { $0.element > 0 }.map(\.offset) == [0])
        #expect(series[1].slots[0].counts.enumerated().filter { $0.element > 0 }.map(\.offset) == [10, 19])
    }

    @Test func equalValuesLandInTheLastRow() async throws {
        let series = try await Self.ask([Self.at(1, 9), Self.at(2, 9)], Self.request())
        #expect(series[0].slots[0].counts == Array(repeating: 0, count: 19) + [2])
        #expect(series[0].slots[0].yMin == Array(repeating: 9, count: 20))
    }

    @Test func theWidestBoundsDoNotOverflow() async throws {
        let series = try await Self.ask([Self.at(1, .max), Self.at(2, .min)], Self.request())
        let counts = series[0].slots[0].counts
        #expect(counts.first == 1 && counts.last == 1)
        #expect(series[0].slots[0].yMin == series[0].slots[0].yMin.sorted())
    }

    @Test func partsOfOneProfileAreOnePoint() async throws {
        let parts = ["x", "y"].map {
            Setting.sample("a", 5, sampleLabels: [Label("endpoint", $0), Label("zone", "1")])
        }
        var request = Self.request()
        request.exemplarType = .individual
        let whole = try await Self.ask(parts, request)
        #expect(whole[0].slots[0].counts.reduce(0, +) == 1)
        let exemplar = try #require(whole[0].slots[0].exemplars.first)
        #expect(exemplar.value == 10)
        #expect(exemplar.profileID.count == 36)
        #expect(exemplar.labels.contains { $0.name == "zone" })
        #expect(!exemplar.labels.contains { $0.name == "endpoint" }, "labels that differ are left out")
        request.groupBy = ["endpoint"]
        let split = try await Self.ask(parts, request)
        #expect(split.map { $0.slots[0].exemplars.map(\.value) } == [[5], [5]])
    }

    @Test func countsSpansAndShowsTheLargestOfEachCell() async throws {
        let samples = [("s1", 30), ("s1", 1), ("s2", 31), ("s3", 400)].map { span, value in
            Setting.sample(
                "a",
                Int64(value),
                sampleLabels: [Label("span_id", span), Label("trace_id", "t")]
            )
        }
        var request = Self.request(type: .span)
        request.exemplarType = .span
        let slot = try await Self.ask(samples + [Self.at(0, 5_000)], request)[0].slots[0]
        #expect(slot.counts.filter { $0 > 0 } == [2, 1])
        #expect(slot.exemplars.map(\.spanID) == ["s1", "s3"])
        #expect(slot.exemplars.map(\.value) == [31, 400])
        #expect(slot.exemplars.map(\.traceID) == ["t", "t"])
        #expect(slot.exemplars.map(\.profileID) == ["", ""])
    }

    @Test func keepsTheSeriesWithMostPoints() async throws {
        let samples = [
            Self.at(1, 1, service: "c"), Self.at(1, 900, service: "b"), Self.at(2, 1, service: "a"),
            Self.at(3, 2, service: "a"),
        ]
        var request = Self.request(groupBy: ["service_name"])
        request.limit = 2
        let series = try await Self.ask(samples, request)
        #expect(series.map { $0.labels.map(\.value) } == [["a"], ["b"]])
        request.limit = 1
        let one = try await Self.ask(samples, request)
        #expect(one[0].slots[0].yMin.last == Double(1 + 899 * 19 / 20), "bounds of all, kept or not")
    }

    @Test func refusesWhatMakesNoHeatmap() async {
        let setting = Setting([MemorySource()])
        func text(_ change: (inout QuerierV1.SelectHeatmapRequest) -> Void) async -> String {
            var request = Self.request()
            change(&request)
            return await fault { () throws(QueryError) in
                try await setting.service.selectHeatmap(request, setting.scope)
            }
        }
        #expect(await text { $0.step = -0.0015 }.contains("step must be >= 1ms, got -0.001500"))
        #expect(await text { $0.step = .nan }.contains("step must be >= 1ms, got nan"))
        #expect(await text { $0.limit = -1 }.contains("limit must be non-negative, got -1"))
        #expect(await text { $0.end = $0.start }.contains("start time must be before end time"))
        #expect(await text { $0.queryType = .unspecified }.contains("valid heatmap query type"))
        #expect(await text { $0.exemplarType = .span }.contains("span exemplars only available"))
        #expect(await text { $0.exemplarType = .init(number: 7) }.contains("unknown exemplar type: 7"))
        #expect(await text { _ in } == "")
    }
}
