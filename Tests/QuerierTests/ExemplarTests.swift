// SPDX-License-Identifier: Apache-2.0
import ProfileModel
import Querier
import Testing
import WireAPI

@Suite struct ExemplarTests {
    private static func exemplars(
        _ samples: [MemorySample],
        _ type: TypesV1.ExemplarType,
        groupBy: [String] = []
    ) async throws -> [[TypesV1.Exemplar]] {
        let setting = Setting([MemorySource(samples)])
        var request = Setting.seriesRequest(step: 15, groupBy: groupBy)
        request.exemplarType = type
        let series = try await setting.service.selectSeries(request, setting.scope).series
        return series.flatMap(\.points).map(\.exemplars)
    }

    @Test func theLargestProfileStandsForAStep() async throws {
        let samples = [(1, 5), (2, 9), (3, 7), (16, 2)].map { seconds, value in
            Setting.sample("a", Int64(value), at: Setting.start + Int64(seconds) * 1_000)
        }
        let found = try await Self.exemplars(samples, .individual, groupBy: ["service_name"])
        #expect(found.map { $0.map(\.value) } == [[9], [2]])
        #expect(found[0][0].timestamp == Setting.start + 2_000, "its own time, not the step's")
        #expect(found[0][0].profileID == "00000000-0000-0061-0000-01a20d6d61d0")
        #expect(!found[0][0].labels.contains { $0.name == "service_name" })
        #expect(found[0][0].labels.contains { $0.name == "__profile_type__" })
    }

    @Test func theEarlierOfEqualProfilesStandsForAStep() async throws {
        let samples = [3, 2, 4].map { Setting.sample("a", 5, at: Setting.start + $0 * 1_000) }
        let found = try await Self.exemplars(samples, .individual)
        #expect(found.map { $0.map(\.timestamp) } == [[Setting.start + 2_000]])
    }

    @Test func spansStandForAStepAndTheSumStaysThatOfAllSamples() async throws {
        let samples = [
            Setting.sample("a", 5, sampleLabels: [Label("span_id", "s1")]),
            Setting.sample("b", 3, sampleLabels: [Label("span_id", "s1")]),
            Setting.sample("a", 7, sampleLabels: [Label("span_id", "s2")]), Setting.sample("a", 100),
        ]
        let setting = Setting([MemorySource(samples)])
        var request = Setting.seriesRequest(step: 15)
        request.exemplarType = .span
        let points = try await setting.service.selectSeries(request, setting.scope).series.flatMap(\.points)
        #expect(points.map(\.value) == [115])
        #expect(points[0].exemplars.map(\.spanID) == ["s1"])
        #expect(points[0].exemplars.map(\.value) == [8])
    }

    @Test func noneAreSentUnlessAskedFor() async throws {
        for type in [TypesV1.ExemplarType.unspecified, .none] {
            #expect(try await Self.exemplars([Setting.sample("a", 5)], type) == [[]])
        }
    }

    @Test func unknownTypesAreRefused() async {
        await #expect(throws: QueryError.self) { try await Self.exemplars([], .init(number: 9)) }
    }
}
