// SPDX-License-Identifier: Apache-2.0
internal import LabelSelector
internal import ProfileColumns
internal import ProfileModel
internal import WireAPI

/// Answers queries: checks them, asks everybody who holds profiles, adds up exactly, and cuts once at the
/// end.
///
/// Free of transport: RPC and plain HTTP call the same operations. Any task may call.
package struct QueryService: Sendable {
    let sources: SourceFanOut
    let symbols: SymbolNames

    /// A service over the ring and the names of the symbol store.
    package init(sources: SourceFanOut, symbols: SymbolNames) {
        self.sources = sources.naming(symbols)
        self.symbols = symbols
    }

    /// Series with a profile in the window that match `selector`, from everybody.
    func series(
        _ selector: LabelSelector,
        _ window: QueryWindow,
        _ scope: QueryScope
    ) async throws(QueryError) -> [SeriesDescription] {
        let query = ProfileQuery(selector: selector, type: nil, range: window.range)
        let tenant = scope.tenant
        return try await self.sources.gather(scope, window.range) { source throws(IngesterError) in
            try await source.series(tenant: tenant, query: query)
        }.flatMap(\.self)
    }
}
