// SPDX-License-Identifier: Apache-2.0
internal import FlameGraph
internal import ProfileModel
package import ServiceKit
internal import WireAPI

/// What `GET /pyroscope/render` asks for (spec/query 6.2).
struct RenderRequest {
    var typeID: String
    var type: ProfileType
    var selector: String
    var start: Int64
    var end: Int64
    var maxNodes: Int64
    var groupBy: [String]

    init(_ parameters: QueryItems, now: Int64) throws(QueryError) {
        guard let query = parameters["query"], !query.isEmpty else { throw .invalid("\"query\" is required") }
        let named = try NamedSelector(query, parameter: "query")
        (self.type, self.typeID, self.selector) = (named.type, named.typeID, named.selector)
        self.start = RequestTime.milliseconds(parameters["from"], now: now)
        self.end = RequestTime.milliseconds(parameters["until"], now: now)
        self.maxNodes = Self.maxNodes(parameters)
        self.groupBy = parameters.all("groupBy")
    }

    /// The node limit; 0 where none can be read.
    static func maxNodes(_ parameters: QueryItems) -> Int64 {
        if let text = parameters["maxNodes"], !text.isEmpty { return Int64(text) ?? 0 }
        return parameters["max-nodes"].flatMap { Int64($0) } ?? 0
    }

    var stacktraces: QuerierV1.SelectMergeStacktracesRequest {
        var request = QuerierV1.SelectMergeStacktracesRequest()
        request.profileTypeID = self.typeID
        request.labelSelector = self.selector
        request.start = self.start
        request.end = self.end
        request.maxNodes = self.maxNodes
        return request
    }

    func series(stepSeconds: Int64) -> QuerierV1.SelectSeriesRequest {
        var request = QuerierV1.SelectSeriesRequest()
        request.profileTypeID = self.typeID
        request.labelSelector = self.selector
        request.start = self.start
        request.end = self.end
        request.step = Double(stepSeconds)
        request.groupBy = self.groupBy
        return request
    }
}

extension QueryService {
    /// Answers `GET /pyroscope/render` with JSON.
    package func render(_ parameters: QueryItems, _ scope: QueryScope) async throws(QueryError) -> [UInt8] {
        let request = try RenderRequest(parameters, now: scope.nowMilliseconds)
        let step = RenderedTimeline.stepSeconds(start: request.start, end: request.end)
        let (tree, series) = try await self.both(request, step, scope)
        let timeline = { (points: [TypesV1.Point]?) in
            RenderedTimeline(points: points, start: request.start, end: request.end, stepSeconds: step)
        }
        var groups: [String: RenderedTimeline]?
        if let label = request.groupBy.first {
            let named = series.series.map { one in
                (one.labels.first { $0.name == label }?.value ?? "*", timeline(one.points))
            }
            // Of series that share the first label the last one counts, as in the Go server.
            groups = Dictionary(named) { _, last in last }
        }
        return FlamebearerDocument(
            graph: FlamebearerDocument.Graph(Self.rendered(tree, asked: request.maxNodes)),
            metadata: FlamebearerDocument.Metadata(request.type),
            timeline: timeline(series.series.count == 1 ? series.series[0].points : nil),
            groups: groups,
            warnings: scope.report.warnings
        ).json() + [0x0A]
    }

    /// The tree and the timelines, asked for at the same time.
    private func both(
        _ request: RenderRequest,
        _ step: Int64,
        _ scope: QueryScope
    ) async throws(QueryError) -> (FlameTree, QuerierV1.SelectSeriesResponse) {
        async let tree = Result { () async throws(QueryError) in
            try await self.tree(request.stacktraces, scope)
        }
        async let series = Result { () async throws(QueryError) in
            try await self.selectSeries(request.series(stepSeconds: step), scope)
        }
        let (first, second) = await (tree, series)
        return (try first.get(), try second.get())
    }
}
