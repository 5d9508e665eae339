// SPDX-License-Identifier: Apache-2.0
internal import FlameGraph
internal import ProfileModel
package import ServiceKit
internal import WireAPI

/// One side of `GET /pyroscope/render-diff` (spec/query 6.5).
private struct DiffSide {
    let type: ProfileType
    let request: QuerierV1.SelectMergeStacktracesRequest

    /// Reads the parameters that begin with `side`.
    init(_ side: String, _ parameters: QueryItems, now: Int64) throws(QueryError) {
        let name = "\(side)Query"
        guard let query = parameters.nonEmpty(name) else { throw .invalid("\"\(name)\" is required") }
        let named = try NamedSelector(query, parameter: name)
        var request = QuerierV1.SelectMergeStacktracesRequest()
        request.profileTypeID = named.typeID
        request.labelSelector = named.selector
        request.start = RequestTime.milliseconds(parameters["\(side)From"], now: now)
        request.end = RequestTime.milliseconds(parameters["\(side)Until"], now: now)
        request.maxNodes = RenderRequest.maxNodes(parameters)
        self.type = named.type
        self.request = request
    }
}

extension QueryService {
    /// Answers `GET /pyroscope/render-diff` with JSON.
    package func renderDiff(
        _ parameters: QueryItems,
        _ scope: QueryScope
    ) async throws(QueryError) -> [UInt8] {
        let left = try DiffSide("left", parameters, now: scope.nowMilliseconds)
        let right = try DiffSide("right", parameters, now: scope.nowMilliseconds)
        guard left.type == right.type else { throw .invalid("profile types must match") }
        let graph = try await self.compared(left.request, right.request, scope)
        return FlamebearerDocument(
            graph: FlamebearerDocument.Graph(graph),
            metadata: FlamebearerDocument.Metadata(left.type),
            timeline: nil,
            groups: nil,
            warnings: scope.report.warnings
        ).json() + [0x0A]
    }
}
