// SPDX-License-Identifier: Apache-2.0
internal import FlameGraph
internal import LabelSelector
internal import ProfileColumns
internal import ProfileModel
internal import WireAPI

/// A source that answers for several tenants at once (spec/query 1.5), their data added up.
///
/// Symbol ids count within a tenant only, so names are read here, before answers of two tenants meet.
struct FederatedSource: ProfileSource {
    let source: any ProfileSource
    let tenants: [TenantID]
    let symbols: SymbolNames

    func stacktraces(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[FunctionTree]> {
        try await self.gather { tenant throws(IngesterError) in
            let part = try await self.source.stacktraces(tenant: tenant, query: query)
            return try await self.named(part, tenant)
        }
    }

    func locations(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[LocationTree]> {
        try await self.gather { tenant throws(IngesterError) in
            try await self.source.locations(tenant: tenant, query: query)
        }
    }

    func totals(
        tenant: TenantID,
        query: ProfileQuery,
        groupBy: [String]
    ) async throws(IngesterError) -> Partial<[LabeledTotals]> {
        try await self.gather { tenant throws(IngesterError) in
            try await self.source.totals(tenant: tenant, query: query, groupBy: groupBy)
        }
    }

    func series(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[SeriesDescription]> {
        try await self.gather { tenant throws(IngesterError) in
            try await self.source.series(tenant: tenant, query: query)
        }
    }

    /// The points of each tenant know whose they are: equal profiles of two are two.
    func points(
        tenant: TenantID,
        query: ProfileQuery,
        groupBy: [String],
        kind: PointKind
    ) async throws(IngesterError) -> Partial<[LabeledPoints]> {
        try await self.gather { tenant throws(IngesterError) in
            var part = try await self.source.points(
                tenant: tenant,
                query: query,
                groupBy: groupBy,
                kind: kind
            )
            let index = self.tenants.firstIndex(of: tenant) ?? 0
            for position in part.answer.indices { part.answer[position].tenantIndex = index }
            return part
        }
    }

    func figures(
        tenant: TenantID,
        range: TimeRange
    ) async throws(IngesterError) -> Partial<[StoredFigures]> {
        try await self.gather { tenant throws(IngesterError) in
            try await self.source.figures(tenant: tenant, range: range)
        }
    }

    /// One tenant after the other: the fan-out over sources is what bounds the load.
    private func gather<Element: Sendable>(
        _ ask: (TenantID) async throws(IngesterError) -> Partial<[Element]>
    ) async throws(IngesterError) -> Partial<[Element]> {
        var merged = Partial<[Element]>([])
        for tenant in self.tenants {
            guard !Task.isCancelled else { throw .deadlineExceeded }
            let part = try await ask(tenant)
            merged.answer += part.answer
            merged.warnings += part.warnings
        }
        return merged
    }

    /// The trees with text for every symbol whose name can be read.
    private func named(
        _ part: Partial<[FunctionTree]>,
        _ tenant: TenantID
    ) async throws(IngesterError) -> Partial<[FunctionTree]> {
        let names: FunctionNames
        do {
            names = try await self.symbols.names(in: part.answer, tenant: tenant)
        } catch { throw .deadlineExceeded }
        var part = part
        if let warning = names.warning { part.warnings.append(warning) }
        for tree in part.answer.indices {
            part.answer[tree].names = part.answer[tree].names.map { name in
                guard case .symbol(let id) = name else { return name }
                return .text(names[id])
            }
        }
        return part
    }
}
