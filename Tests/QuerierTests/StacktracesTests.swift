// SPDX-License-Identifier: Apache-2.0
import FlameGraph
import ProfileModel
import Querier
import Testing
import WireAPI

@Suite struct StacktracesTests {
    @Test func addsUpEverybodysSamplesUnderOneName() async throws {
        let symbols = SymbolTable()
        let setting = Setting(
            [
                MemorySource([Setting.sample("a;b;e", 1), Setting.sample("a;c", 1)], symbols: symbols),
                MemorySource([Setting.sample("a;c", 1), Setting.sample("a;c;d", 1)]),
                MemorySource(),
            ],
            symbols: symbols
        )
        let response = try await setting.service.stacktraces(Setting.stacktracesRequest(), setting.scope)
        let graph = try #require(response.flamegraph)
        #expect(graph.names == ["total", "a", "c", "d", "b", "e"])
        #expect(
            graph.levels.map(\.values) == [
                [0, 4, 0, 0], [0, 4, 0, 1], [0, 1, 0, 4, 0, 3, 2, 2], [0, 1, 1, 5, 2, 1, 1, 3],
            ]
        )
        #expect(graph.total == 4)
        #expect(response.tree.isEmpty)
        #expect(setting.scope.report.warnings.isEmpty)
    }

    @Test func readsEachNameFromTheCatalogueOnce() async throws {
        let symbols = SymbolTable()
        let setting = Setting([MemorySource([Setting.sample("a;b", 1)], symbols: symbols)], symbols: symbols)
        for _ in 0..<3 {
            let response = try await setting.service.stacktraces(Setting.stacktracesRequest(), setting.scope)
            #expect(response.flamegraph?.names == ["total", "a", "b"])
        }
        #expect(symbols.loads == [[0, 1]])
    }

    @Test func saysWhichNamesAreMissingAndKeepsTheirMass() async throws {
        let setting = Setting([MemorySource([Setting.sample("a;b", 7)], symbols: SymbolTable())])
        let response = try await setting.service.stacktraces(Setting.stacktracesRequest(), setting.scope)
        #expect(response.flamegraph?.names == ["total", "[function 0]", "[function 1]"])
        #expect(response.flamegraph?.total == 7)
        #expect(setting.scope.report.warnings == ["the names of 2 functions could not be read"])
    }

    @Test func writesTreeBytes() async throws {
        let setting = Setting([MemorySource([Setting.sample("a;b", 2), Setting.sample("c", 1)])])
        var request = Setting.stacktracesRequest()
        request.format = .tree
        let response = try await setting.service.stacktraces(request, setting.scope)
        #expect(response.flamegraph == nil)
        #expect(response.tree == [0, 0, 2, 1, 0x63, 1, 0, 1, 0x61, 0, 1, 1, 0x62, 2, 0])
    }

    /// A named limit cuts twice, the second time counting the `other` nodes of the first (spec/query 4.6).
    @Test func cutsAgainOnlyWhenTheRequestNamesALimit() async throws {
        let samples = [
            Setting.sample("a;b;x", 5), Setting.sample("a;b;y", 4), Setting.sample("a;b;z", 4),
            Setting.sample("a;c", 3),
            Setting.sample("d;e", 2), Setting.sample("d;f", 1),
        ]
        var limits = Setting.limits
        limits.nodeCountDefault = 3
        let setting = Setting([MemorySource(samples)], limits: limits)
        let byDefault = try await setting.service.stacktraces(Setting.stacktracesRequest(), setting.scope)
        #expect(byDefault.flamegraph?.names == ["total", "other", "a", "b", "x"])
        let named = try await setting.service.stacktraces(
            Setting.stacktracesRequest(maxNodes: 3),
            setting.scope
        )
        #expect(named.flamegraph?.names == ["total", "other", "a", "b"])
        #expect(named.flamegraph?.total == 19)
        #expect(named.flamegraph?.levels.map(\.values).last == [0, 13, 13, 1])
    }

    @Test func narrowsToTheCallSite() async throws {
        let setting = Setting([MemorySource([Setting.sample("a;b;c", 1), Setting.sample("a;d", 2)])])
        var request = Setting.stacktracesRequest()
        var selector = TypesV1.StackTraceSelector()
        selector.callSite = [TypesV1.Location(name: "a"), TypesV1.Location(name: "b")]
        request.stackTraceSelector = selector
        let response = try await setting.service.stacktraces(request, setting.scope)
        #expect(response.flamegraph?.names == ["total", "a", "b", "c"])
        #expect(response.flamegraph?.total == 1)
    }

    @Test func takesBothEndsOfTheRangeIn() async throws {
        let samples = [-1, 0, 300_000, 300_001].map { Setting.sample("a", 1, at: Setting.start + $0) }
        let setting = Setting([MemorySource(samples)])
        let response = try await setting.service.stacktraces(Setting.stacktracesRequest(), setting.scope)
        #expect(response.flamegraph?.total == 2)
    }
}
