// SPDX-License-Identifier: Apache-2.0
import ProfileModel
import Querier
import Testing
import WireAPI

@Suite struct SymbolNamesTests {
    @Test func forgetsTheTenantsAskedLongestAgo() async throws {
        let symbols = SymbolTable()
        let source = MemorySource([Setting.sample("f;g;h", 1)], symbols: symbols)
        let names = SymbolNames(byteCountMax: 600) { _, ids in symbols.names(ids) }
        let service = QueryService(
            sources: SourceFanOut(concurrencyMax: 2, timeout: .seconds(30)) { _, _ in
                [SourceMember(name: "i", source: source)]
            },
            symbols: names
        )
        for tenant in ["a", "b", "c", "d", "a"] {
            let scope = QueryScope(
                tenant: try TenantID(parsing: tenant),
                nowMilliseconds: Setting.start
            )
            _ = try await service.stacktraces(Setting.stacktracesRequest(), scope)
            #expect(names.byteCount <= 600)
        }
        #expect(symbols.loads.count == 5)
    }

    @Test func aHugeIDTakesOnePage() async throws {
        let names = SymbolNames { _, ids in ids.map { "f\($0)" } }
        let service = QueryService(
            sources: SourceFanOut(concurrencyMax: 2, timeout: .seconds(30)) { _, _ in
                [SourceMember(name: "i", source: HugeSymbolSource())]
            },
            symbols: names
        )
        let scope = QueryScope(tenant: .anonymous, nowMilliseconds: Setting.start)
        let response = try await service.stacktraces(Setting.stacktracesRequest(), scope)
        #expect(response.flamegraph?.names == ["total", "f9223372036854775807", "f-5"])
        #expect(names.byteCount < 20_000)
    }
}
