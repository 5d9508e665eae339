// SPDX-License-Identifier: Apache-2.0
internal import LabelSelector
internal import ProfileColumns
internal import ProfileModel
package import WireAPI

extension QueryService {
    /// Whether the tenant has data, and from when to when.
    package func profileStats(
        _ request: TypesV1.GetProfileStatsRequest,
        _ scope: QueryScope
    ) async throws(QueryError) -> TypesV1.GetProfileStatsResponse {
        guard scope.otherTenants.isEmpty else {
            throw .invalid("expected 1 tenant, got \(scope.otherTenants.count + 1)")
        }
        let range = TimeRange.all
        var response = TypesV1.GetProfileStatsResponse()
        let all = try await self.figures(range, scope).flatMap(\.self)
        guard let first = all.map(\.range.first).min(), let last = all.map(\.range.last).max() else {
            return response
        }
        response.dataIngested = true
        response.oldestProfileTime = first / 1_000_000
        response.newestProfileTime = last / 1_000_000
        return response
    }

    /// What a query would read: figures of everything in its range, and how many series it selects.
    ///
    /// Never refuses a range (spec/query 0): one without an end goes on until now, one that is empty holds
    /// nothing. A query that cannot be read, or that the limits forbid, selects no series.
    package func analyzeQuery(
        _ request: QuerierV1.AnalyzeQueryRequest,
        _ scope: QueryScope
    ) async throws(QueryError) -> QuerierV1.AnalyzeQueryResponse {
        var response = QuerierV1.AnalyzeQueryResponse()
        let window = QueryWindow(
            start: request.start,
            end: request.end == 0 ? scope.nowMilliseconds : request.end
        )
        guard window.start <= window.end else { return response }
        let members = try await self.figures(window.range, scope)
        let heads = Self.scope("Short term storage", members) { !$0.isBlock }
        let blocks = Self.scope("Long term storage", members) { $0.isBlock }
        response.queryScopes = [heads, blocks].compactMap(\.self)
        guard !response.queryScopes.isEmpty else { return response }
        var impact = QuerierV1.QueryImpact()
        for part in response.queryScopes {
            impact.totalBytesInTimeRange &+= part.indexBytes &+ part.profileBytes &+ part.symbolBytes
        }
        impact.totalQueriedSeries = UInt64(try await self.seriesCount(request.query, window, scope))
        response.queryImpact = impact
        return response
    }

    /// Figures of each member that answered.
    private func figures(
        _ range: TimeRange,
        _ scope: QueryScope
    ) async throws(QueryError) -> [[StoredFigures]] {
        let tenant = scope.tenant
        return try await self.sources.gather(scope, range) { source throws(IngesterError) in
            try await source.figures(tenant: tenant, range: range)
        }
    }

    /// The sums of those figures that `belongs` admits; nil where there are none.
    private static func scope(
        _ name: String,
        _ members: [[StoredFigures]],
        _ belongs: (StoredFigures) -> Bool
    ) -> QuerierV1.QueryScope? {
        var scope = QuerierV1.QueryScope()
        scope.componentType = name
        for member in members {
            let figures = member.filter(belongs)
            if figures.isEmpty { continue }
            scope.componentCount += 1
            scope.blockCount += UInt64(figures.count)
            for part in figures {
                scope.seriesCount &+= UInt64(part.seriesCount)
                scope.profileCount &+= UInt64(part.profileCount)
                scope.sampleCount &+= UInt64(part.sampleCount)
                scope.indexBytes &+= UInt64(part.indexByteCount)
                scope.profileBytes &+= UInt64(part.profileByteCount)
                scope.symbolBytes &+= UInt64(part.symbolByteCount)
            }
        }
        return scope.componentCount == 0 ? nil : scope
    }

    /// How many series `text` selects: a selector, with a profile type before it or without.
    private func seriesCount(
        _ text: String,
        _ asked: QueryWindow,
        _ scope: QueryScope
    ) async throws(QueryError) -> Int {
        let typeText = text.prefix { $0 != "{" }
        var type: ProfileType?
        let selector: LabelSelector
        let window: QueryWindow?
        do throws(QueryError) {
            if typeText.contains(":") { type = try QueryTerms.profileType(String(typeText)) }
            let rest = type == nil ? text : String(text.dropFirst(typeText.count))
            selector = try QueryTerms.selector(rest.isEmpty ? "{}" : rest)
            window = try Self.window(asked.start, asked.end, scope)
        } catch { return 0 }
        guard let window else { return 0 }
        let query = ProfileQuery(selector: selector, type: type, range: window.range)
        let tenant = scope.tenant
        let found = try await self.sources.gather(scope, window.range) { source throws(IngesterError) in
            try await source.series(tenant: tenant, query: query)
        }
        var types: [LabelSet: Set<ProfileType>] = [:]
        for one in found.flatMap(\.self) { types[one.labels, default: []].formUnion(one.types) }
        return types.values.reduce(0) { $0 + $1.count }
    }
}
