// SPDX-License-Identifier: Apache-2.0
internal import LabelSelector
internal import ProfileColumns
internal import ProfileModel
package import WireAPI

extension QueryService {
    /// Totals per step and group (spec/query 5.1), with one exemplar per step where asked for (5.2).
    ///
    /// Averages per profile where asked for, which the real server ignores; call sites count for nothing.
    package func selectSeries(
        _ request: QuerierV1.SelectSeriesRequest,
        _ scope: QueryScope
    ) async throws(QueryError) -> QuerierV1.SelectSeriesResponse {
        guard let window = try Self.window(request.start, request.end, scope) else {
            return QuerierV1.SelectSeriesResponse()
        }
        guard request.step >= 0.001 else { throw .invalid("step must be >= 1ms") }
        let steps = StepWindow(window, stepSeconds: request.step)
        let query = ProfileQuery(
            selector: try QueryTerms.selector(request.labelSelector),
            type: try QueryTerms.profileType(request.profileTypeID),
            range: steps.readRange
        )
        let kind = try Self.exemplarKind(request.exemplarType)
        let groupBy = try Self.groupBy(request.groupBy)
        let tenant = scope.tenant
        let parts = try await self.sources.gather(scope, steps.readRange) { source throws(IngesterError) in
            try await source.totals(tenant: tenant, query: query, groupBy: groupBy)
        }
        var groups: [LabelSet: [Int64: StepSum]] = [:]
        for part in parts.flatMap(\.self) { steps.add(part.totals, to: &groups[part.labels, default: [:]]) }
        var exemplars: [LabelSet: [Int64: MergedPoint]] = [:]
        if let kind {
            let points = try await self.points(query, groupBy: groupBy, kind: kind, scope)
            exemplars = points.groups.mapValues { Self.largest($0, steps) }
        }
        let isAverage = request.aggregation == .average
        var series = groups.compactMap { labels, sums in
            sums.isEmpty
                ? nil
                : GroupSums(
                    labels: Self.ordered(labels, by: groupBy),
                    sums: sums,
                    isAverage: isAverage,
                    exemplars: exemplars[labels] ?? [:]
                )
        }.sorted()
        if let limit = request.limit, limit > 0 { series = Array(series.prefix(Int(clamping: limit))) }
        return QuerierV1.SelectSeriesResponse(series: series.map { $0.message(steps) })
    }

    /// Points of profiles or spans from everybody.
    func points(
        _ query: ProfileQuery,
        groupBy: [String],
        kind: PointKind,
        _ scope: QueryScope
    ) async throws(QueryError) -> MergedPoints {
        let tenant = scope.tenant
        let parts = try await self.sources.gather(scope, query.range) { source throws(IngesterError) in
            try await source.points(tenant: tenant, query: query, groupBy: groupBy, kind: kind)
        }
        return MergedPoints(parts.flatMap(\.self))
    }

    /// What exemplars stand for; nil for none.
    static func exemplarKind(_ type: TypesV1.ExemplarType) throws(QueryError) -> PointKind? {
        switch type {
        case .unspecified, .none: nil
        case .individual: .profiles
        case .span: .spans
        default: throw .invalid("unknown exemplar type: \(type.number)")
        }
    }

    /// The largest point of every step.
    private static func largest(_ points: [MergedPoint], _ steps: StepWindow) -> [Int64: MergedPoint] {
        var found: [Int64: MergedPoint] = [:]
        for point in points {
            guard let step = steps.wholeStep(of: point.timeNanoseconds) else { continue }
            if let other = found[step], !point.precedes(other) { continue }
            found[step] = point
        }
        return found
    }

    /// More labels than any series has.
    private static let groupByCountMax = 256

    /// The names to group by, each once, in the order in which the request has them.
    static func groupBy(_ asked: [String]) throws(QueryError) -> [String] {
        guard asked.count <= Self.groupByCountMax else {
            throw .invalid("group_by names \(asked.count) labels, limit \(Self.groupByCountMax)")
        }
        var names: [String] = []
        for name in asked where !name.isEmpty && !names.contains(name) { names.append(name) }
        return names
    }

    /// The labels of a group in the order in which the request names them.
    static func ordered(_ labels: LabelSet, by names: [String]) -> [Label] {
        names.compactMap { name in labels[name].map { Label(name, $0) } }
    }

    /// The order of groups whose sums are equal: pair by pair, the shorter one first.
    static func precedes(_ left: [Label], _ right: [Label]) -> Bool {
        for (a, b) in zip(left, right) where a != b {
            return a.name == b.name ? LabelSet.precedes(a.value, b.value) : LabelSet.precedes(a.name, b.name)
        }
        return left.count < right.count
    }
}

/// The sums of one group.
private struct GroupSums: Comparable {
    var labels: [Label]
    /// By number of the step.
    var sums: [Int64: StepSum]
    var isAverage: Bool
    /// By number of the step.
    var exemplars: [Int64: MergedPoint]
    private var total: Int64

    init(
        labels: [Label],
        sums: [Int64: StepSum],
        isAverage: Bool,
        exemplars: [Int64: MergedPoint]
    ) {
        self.labels = labels
        self.sums = sums
        self.isAverage = isAverage
        self.exemplars = exemplars
        self.total =
            isAverage
            ? Self.rounded(sums.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value.value(isAverage: true) })
            : sums.values.reduce(0) { $0 &+ $1.sum }
    }

    private static func rounded(_ value: Double) -> Int64 {
        Int64(exactly: value.rounded()) ?? (value < 0 ? .min : .max)
    }

    /// The largest total first, then by labels.
    static func < (left: GroupSums, right: GroupSums) -> Bool {
        if left.total != right.total { return left.total > right.total }
        return QueryService.precedes(left.labels, right.labels)
    }

    static func == (left: GroupSums, right: GroupSums) -> Bool {
        left.total == right.total && left.labels == right.labels
    }

    func message(_ steps: StepWindow) -> TypesV1.Series {
        let points = self.sums.sorted { $0.key < $1.key }.map { step, sum in
            var point = TypesV1.Point()
            point.value = sum.value(isAverage: self.isAverage)
            point.timestamp = steps.timestamp(of: step)
            if let exemplar = self.exemplars[step] { point.exemplars = [exemplar.exemplar] }
            return point
        }
        return TypesV1.Series(labels: QueryService.pairs(self.labels), points: points)
    }
}
