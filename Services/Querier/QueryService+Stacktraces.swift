// SPDX-License-Identifier: Apache-2.0
internal import FlameGraph
internal import LabelSelector
internal import ProfileModel
package import WireAPI

extension QueryService {
    /// The sum of all matching profiles as a flame graph or as tree bytes.
    package func stacktraces(
        _ request: QuerierV1.SelectMergeStacktracesRequest,
        _ scope: QueryScope
    ) async throws(QueryError) -> QuerierV1.SelectMergeStacktracesResponse {
        if request.format == .pprof {
            var response = QuerierV1.SelectMergeStacktracesResponse()
            response.pprof = QuerierV1.PprofProfile(profile: try await self.pprof(request, scope))
            return response
        }
        let isTree = request.format == .tree
        let tree = try await self.tree(request, scope)
        var response = QuerierV1.SelectMergeStacktracesResponse()
        if isTree {
            response.tree = tree.encoded()
        } else {
            response.flamegraph = Self.message(Self.rendered(tree, asked: request.maxNodes))
        }
        return response
    }

    /// The merged tree of a request, cut to its node limit.
    func tree(
        _ request: QuerierV1.SelectMergeStacktracesRequest,
        _ scope: QueryScope
    ) async throws(QueryError) -> FlameTree {
        let empty = TreeMerger().finish()
        guard let window = try Self.window(request.start, request.end, scope) else { return empty }
        let nodeCountMax = try scope.limits.nodeCount(asked: request.maxNodes)
        try Self.check(request)
        let query = ProfileQuery(
            selector: try QueryTerms.selector(request.labelSelector),
            type: try QueryTerms.profileType(request.profileTypeID),
            range: window.range,
            spans: Self.spans(request)
        )
        let tenant = scope.tenant
        let parts = try await self.sources.gather(scope, window.range) { source throws(IngesterError) in
            try await source.stacktraces(tenant: tenant, query: query)
        }.flatMap(\.self)
        return try await self.merged(parts, scope).finish(
            maxNodes: Int(clamping: nodeCountMax),
            callSite: request.stackTraceSelector?.callSite.map(\.name) ?? []
        )
    }

    /// The second cut happens only when the request named a limit, with the `other` nodes of the first among
    /// the nodes
    /// (spec/query 4.6).
    static func rendered(_ tree: FlameTree, asked: Int64?) -> RenderedFlameGraph {
        RenderedFlameGraph(tree, maxNodes: Int(clamping: asked ?? 0))
    }

    private static func message(_ graph: RenderedFlameGraph) -> QuerierV1.FlameGraph {
        QuerierV1.FlameGraph(
            names: graph.names,
            levels: graph.levels.map { QuerierV1.Level(values: $0) },
            total: graph.total,
            maxSelf: graph.maxSelf
        )
    }

    /// Resolves the names of all parts at once, then adds the parts up.
    private func merged(
        _ parts: [FunctionTree],
        _ scope: QueryScope
    ) async throws(QueryError) -> TreeMerger {
        let names = try await self.symbols.names(in: parts, tenant: scope.tenant)
        if let warning = names.warning { try scope.report.note(warning) }
        var merger = TreeMerger()
        for part in parts {
            guard !Task.isCancelled else { throw .canceled }
            do {
                try merger.add(part) { names[$0] }
            } catch {
                switch error {
                case .malformed: throw .internal(error)
                case .tooManyNodes(let limit):
                    throw .invalid(
                        "the query has more than \(limit) distinct call paths; narrow selector or range"
                    )
                }
            }
        }
        return merger
    }

    /// Which requests the samples shall belong to.
    static func spans(_ request: QuerierV1.SelectMergeStacktracesRequest) -> SpanFilter? {
        if !request.spanSelector.isEmpty {
            return SpanFilter(name: LabelName.spanID, ids: request.spanSelector)
        }
        guard !request.traceIdSelector.isEmpty else { return nil }
        return SpanFilter(name: LabelName.traceID, ids: request.traceIdSelector)
    }

    /// Refuses ids that are none, and what is not served.
    static func check(
        _ request: QuerierV1.SelectMergeStacktracesRequest
    ) throws(QueryError) {
        guard request.spanSelector.isEmpty || request.traceIdSelector.isEmpty else {
            throw .invalid("span_selector and trace_id_selector cannot be combined")
        }
        try RequestID.checkProfileIDs(request.profileIdSelector)
        try RequestID.check(request.spanSelector, kind: "span", digitCount: 16)
        try RequestID.check(request.traceIdSelector, kind: "trace", digitCount: 32)
        guard request.profileIdSelector.isEmpty else {
            throw .unimplemented("profile_id_selector is not served by this version")
        }
        let idCount = request.spanSelector.count + request.traceIdSelector.count
        guard idCount <= SourceRequest.spanCountMax else {
            throw .invalid("\(idCount) spans or traces exceed the limit of \(SourceRequest.spanCountMax)")
        }
        guard request.format != .dot else {
            throw .unimplemented("this version serves the formats FLAMEGRAPH, TREE and PPROF")
        }
    }
}
