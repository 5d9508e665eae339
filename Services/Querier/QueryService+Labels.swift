// SPDX-License-Identifier: Apache-2.0
internal import LabelSelector
internal import ProfileColumns
internal import ProfileModel
package import WireAPI

extension QueryService {
    /// The types of profiles in a range; without a range, in the last hour.
    package func profileTypes(
        _ request: QuerierV1.ProfileTypesRequest,
        _ scope: QueryScope
    ) async throws(QueryError) -> QuerierV1.ProfileTypesResponse {
        var (start, end) = (request.start, request.end)
        if start == 0, end == 0 {
            end = scope.nowMilliseconds
            start = end - 3_600_000
        }
        guard let window = try Self.window(start, end, scope) else { return QuerierV1.ProfileTypesResponse() }
        let types = Set(try await self.series(LabelSelector(), window, scope).flatMap(\.types))
        let sorted = types.map { (id: $0.description, type: $0) }
            .sorted { LabelSet.precedes($0.id, $1.id) }
        return QuerierV1.ProfileTypesResponse(
            profileTypes: sorted.map { id, type in
                TypesV1.ProfileType(
                    id: id,
                    name: type.name,
                    sampleType: type.sampleType,
                    sampleUnit: type.sampleUnit,
                    periodType: type.periodType,
                    periodUnit: type.periodUnit
                )
            }
        )
    }

    /// The names of all labels, derived and sample labels included.
    package func labelNames(
        _ request: TypesV1.LabelNamesRequest,
        _ scope: QueryScope
    ) async throws(QueryError) -> TypesV1.LabelNamesResponse {
        guard let window = try Self.window(request.start, request.end, scope) else {
            return TypesV1.LabelNamesResponse()
        }
        let selector = try Self.labelSelector(request.matchers)
        var names: Set<String> = []
        for series in try await self.series(selector, window, scope) {
            guard let type = series.types.first else { continue }
            let visible = SeriesLabels.visible(series: series.labels, type: type)
            for label in visible.labels where Self.shows(label.name, scope) { names.insert(label.name) }
        }
        return TypesV1.LabelNamesResponse(names: names.sorted(by: LabelSet.precedes))
    }

    /// The values of one label.
    package func labelValues(
        _ request: TypesV1.LabelValuesRequest,
        _ scope: QueryScope
    ) async throws(QueryError) -> TypesV1.LabelValuesResponse {
        guard !request.name.isEmpty else { throw .invalid("name is required") }
        guard let window = try Self.window(request.start, request.end, scope) else {
            return TypesV1.LabelValuesResponse()
        }
        let selector = try Self.labelSelector(request.matchers)
        let series = try await self.series(selector, window, scope)
        var values: Set<String> = []
        for one in series {
            for type in one.types {
                let value = SeriesLabels.value(of: request.name, series: one.labels, type: type)
                if let value { values.insert(value) }
            }
        }
        return TypesV1.LabelValuesResponse(names: values.sorted(by: LabelSet.precedes))
    }

    /// Distinct label sets, of all labels or of those asked for.
    package func series(
        _ request: QuerierV1.SeriesRequest,
        _ scope: QueryScope
    ) async throws(QueryError) -> QuerierV1.SeriesResponse {
        guard let window = try Self.window(request.start, request.end, scope) else {
            return QuerierV1.SeriesResponse()
        }
        let selector = try QueryTerms.selector(allOf: request.matchers)
        let wanted = Set(request.labelNames).filter { Self.shows($0, scope) }
        var sets: Set<LabelSet> = []
        for one in try await self.series(selector, window, scope) {
            for type in one.types {
                let shown =
                    request.labelNames.isEmpty
                    ? Self.shown(SeriesLabels.visible(series: one.labels, type: type), scope)
                    : SeriesLabels.visible(wanted, series: one.labels, type: type)
                if !shown.isEmpty { sets.insert(shown) }
            }
        }
        return QuerierV1.SeriesResponse(
            labelsSet: sets.sorted().map { TypesV1.Labels(labels: Self.pairs($0.labels)) }
        )
    }

    static func window(
        _ start: Int64,
        _ end: Int64,
        _ scope: QueryScope
    ) throws(QueryError) -> QueryWindow? {
        try QueryWindow.checked(
            start: start,
            end: end,
            limits: scope.limits,
            nowMilliseconds: scope.nowMilliseconds
        )
    }

    static func pairs(_ labels: [Label]) -> [TypesV1.LabelPair] {
        labels.map { TypesV1.LabelPair(name: $0.name, value: $0.value) }
    }

    private static func labelSelector(_ texts: [String]) throws(QueryError) -> LabelSelector {
        try QueryTerms.selector(allOf: texts, prefix: "parsing label selector: ")
    }

    private static func shown(_ labels: LabelSet, _ scope: QueryScope) -> LabelSet {
        LabelSet(labels.labels.filter { Self.shows($0.name, scope) })
    }

    private static func shows(_ name: String, _ scope: QueryScope) -> Bool {
        scope.allowsUTF8LabelNames || LabelMatcher.isLegacyName(name)
    }
}
