// SPDX-License-Identifier: Apache-2.0
internal import LabelSelector
internal import ProfileColumns
internal import ProfileModel
package import WireAPI

extension QueryService {
    /// How many profiles or spans had which value when (spec/query 5.3).
    package func selectHeatmap(
        _ request: QuerierV1.SelectHeatmapRequest,
        _ scope: QueryScope
    ) async throws(QueryError) -> QuerierV1.SelectHeatmapResponse {
        let limit = request.limit ?? 0
        guard request.step >= 0.001 else {
            throw .invalid("step must be >= 1ms, got \(Self.sixDigits(request.step))")
        }
        guard limit >= 0 else { throw .invalid("limit must be non-negative, got \(limit)") }
        guard request.start < request.end else {
            let range = "start=\(request.start) end=\(request.end)"
            throw .invalid("start time must be before end time, got \(range)")
        }
        guard let window = try Self.window(request.start, request.end, scope) else {
            return QuerierV1.SelectHeatmapResponse()
        }
        let steps = StepWindow(window, stepSeconds: request.step)
        let query = ProfileQuery(
            selector: try QueryTerms.selector(request.labelSelector),
            type: try QueryTerms.profileType(request.profileTypeID),
            range: steps.readRange
        )
        let kind = try Self.heatmapKind(request.queryType)
        let exemplars = try Self.exemplarKind(request.exemplarType)
        if let exemplars, exemplars != kind {
            let name = exemplars == .spans ? "span" : "individual"
            throw .invalid("\(name) exemplars only available for \(name) query type")
        }
        let groupBy = try Self.groupBy(request.groupBy)
        let points = try await self.points(query, groupBy: groupBy, kind: kind, scope)
        var groups = points.groups.filter { !$0.value.isEmpty }.map { labels, points in
            HeatmapGroup(labels: Self.ordered(labels, by: groupBy), points: points)
        }
        // The bounds are those of all series, the ones that the limit takes away among them.
        guard let rows = HeatmapRows(groups.lazy.flatMap(\.points).map(\.value)) else {
            return QuerierV1.SelectHeatmapResponse()
        }
        if limit > 0, groups.count > limit {
            groups.sort(by: HeatmapGroup.isFuller)
            groups = Array(groups.prefix(Int(clamping: limit)))
        }
        groups.sort { Self.precedes($0.labels, $1.labels) }
        let map = Heatmap(steps: steps, rows: rows, hasExemplars: exemplars != nil)
        return QuerierV1.SelectHeatmapResponse(series: try map.series(groups))
    }

    private static func heatmapKind(
        _ type: QuerierV1.HeatmapQueryType
    ) throws(QueryError) -> PointKind {
        switch type {
        case .individual: .profiles
        case .span: .spans
        default: throw .invalid("valid heatmap query type must be specified")
        }
    }

    /// A number as `%f` prints it.
    private static func sixDigits(_ value: Double) -> String {
        guard abs(value) < 1e12 else { return "\(value)" }
        let millionths = Int64((value * 1_000_000).rounded())
        let digits = String(millionths.magnitude % 1_000_000)
        let sign = millionths < 0 ? "-" : ""
        let zeros = String(repeating: "0", count: 6 - digits.utf8.count)
        return "\(sign)\(millionths.magnitude / 1_000_000).\(zeros)\(digits)"
    }
}
