// SPDX-License-Identifier: Apache-2.0
internal import FlameGraph
internal import LabelSelector
internal import ProfileColumns
internal import ProfileModel
internal import WireAPI

/// Stands for somebody whose data is missing: its only answer is why.
struct UnreachableSource: ProfileSource {
    let reason: String

    func stacktraces(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[FunctionTree]> { throw .unavailable(self.reason) }

    func locations(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[LocationTree]> { throw .unavailable(self.reason) }

    func totals(
        tenant: TenantID,
        query: ProfileQuery,
        groupBy: [String]
    ) async throws(IngesterError) -> Partial<[LabeledTotals]> { throw .unavailable(self.reason) }

    func series(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[SeriesDescription]> { throw .unavailable(self.reason) }

    func points(
        tenant: TenantID,
        query: ProfileQuery,
        groupBy: [String],
        kind: PointKind
    ) async throws(IngesterError) -> Partial<[LabeledPoints]> { throw .unavailable(self.reason) }

    func figures(
        tenant: TenantID,
        range: TimeRange
    ) async throws(IngesterError) -> Partial<[StoredFigures]> { throw .unavailable(self.reason) }
}
