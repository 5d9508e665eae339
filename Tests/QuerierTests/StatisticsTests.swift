// SPDX-License-Identifier: Apache-2.0
import ProfileModel
import Querier
import Testing
import WireAPI

@Suite struct StatisticsTests {
    private static let samples = [
        Setting.sample("a", 5), Setting.sample("a", 6, at: Setting.start + 1_000),
        Setting.sample("a", 7, service: "web", type: Setting.heap, at: Setting.start + 2_000),
    ]

    @Test func tellsFromWhenToWhenThereIsData() async throws {
        let setting = Setting([MemorySource(Self.samples), MemorySource()])
        let stats = try await setting.service.profileStats(.init(), setting.scope)
        #expect(stats.dataIngested)
        #expect(stats.oldestProfileTime == Setting.start)
        #expect(stats.newestProfileTime == Setting.start + 2_000)
    }

    @Test func withoutDataStatisticsAreEmpty() async throws {
        let setting = Setting([MemorySource()])
        #expect(try await setting.service.profileStats(.init(), setting.scope) == .init())
        var request = QuerierV1.AnalyzeQueryRequest()
        request.end = Setting.start
        #expect(try await setting.service.analyzeQuery(request, setting.scope) == .init())
    }

    @Test func figuresOfHeadsAndBlocksAreApart() async throws {
        let setting = Setting([MemorySource(Self.samples), MemorySource(Array(Self.samples.prefix(1)))])
        var request = QuerierV1.AnalyzeQueryRequest()
        (request.start, request.end) = (Setting.start, Setting.start + 300_000)
        request.query = Setting.cpu.description + #"{service_name="api"}"#
        let answer = try await setting.service.analyzeQuery(request, setting.scope)
        #expect(answer.queryScopes.map(\.componentType) == ["Short term storage", "Long term storage"])
        #expect(answer.queryScopes.map(\.componentCount) == [2, 1])
        #expect(answer.queryScopes.map(\.blockCount) == [2, 2])
        #expect(answer.queryScopes.map(\.profileBytes) == [20, 20])
        #expect(answer.queryImpact?.totalBytesInTimeRange == 444)
        #expect(answer.queryImpact?.totalQueriedSeries == 1)
    }

    @Test(
        arguments: [
            ("", 2), ("{}", 2), ("{service_name=\"web\"}", 1), ("{service_name=\"nobody\"}", 0), ("{", 0),
            ("a:b{}", 0),
        ]
    )
    func countsSeriesOfWhateverCanBeRead(query: String, count: UInt64) async throws {
        let setting = Setting([MemorySource(Self.samples)])
        var request = QuerierV1.AnalyzeQueryRequest()
        (request.start, request.query) = (Setting.start - 60_000, query)
        let answer = try await setting.service.analyzeQuery(request, setting.scope)
        #expect(answer.queryImpact?.totalQueriedSeries == count)
        #expect(answer.queryScopes.map(\.profileCount).reduce(0, +) == 3)
    }

    @Test func rangesOutOfBoundsAreNotRefused() async throws {
        let setting = Setting([MemorySource(Self.samples)])
        for (start, end) in [(0, 0), (5, 1), (Int64.min, .max), (-5, Setting.start)] as [(Int64, Int64)] {
            var request = QuerierV1.AnalyzeQueryRequest()
            (request.start, request.end) = (start, end)
            let answer = try await setting.service.analyzeQuery(request, setting.scope)
            #expect(answer.queryScopes.isEmpty == (start > end))
        }
    }
}
