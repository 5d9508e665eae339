// SPDX-License-Identifier: Apache-2.0
import FlameGraph
import LabelSelector
import ProfileColumns
import ProfileModel
import WireAPI

/// Answers with ids that no symbol store gives out.
struct HugeSymbolSource: ProfileSource {
    func stacktraces(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[FunctionTree]> {
        var tree = FunctionTree()
        tree.names = [.symbol(.max), .symbol(-5)]
        tree.parents = [0, 0, 1]
        tree.nodeNames = [FunctionTree.rootName, 0, 1]
        tree.selfValues = [0, 1, 1]
        return Partial([tree])
    }

    func locations(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[LocationTree]> { Partial([]) }

    func totals(
        tenant: TenantID,
        query: ProfileQuery,
        groupBy: [String]
    ) async throws(IngesterError) -> Partial<[LabeledTotals]> { Partial([]) }

    func series(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[SeriesDescription]> { Partial([]) }

    func points(
        tenant: TenantID,
        query: ProfileQuery,
        groupBy: [String],
        kind: PointKind
    ) async throws(IngesterError) -> Partial<[LabeledPoints]> { Partial([]) }

    func figures(
        tenant: TenantID,
        range: TimeRange
    ) async throws(IngesterError) -> Partial<[StoredFigures]> { Partial([]) }
}
