// SPDX-License-Identifier: Apache-2.0
internal import LabelSelector
internal import ProfileColumns
internal import ProfileModel
package import WireAPI

extension QueryService {
    /// The sum of all matching profiles as a pprof.
    package func profile(
        _ request: QuerierV1.SelectMergeProfileRequest,
        _ scope: QueryScope
    ) async throws(QueryError) -> GoogleV1.Profile {
        var whole = QuerierV1.SelectMergeStacktracesRequest()
        whole.profileTypeID = request.profileTypeID
        whole.labelSelector = request.labelSelector
        whole.start = request.start
        whole.end = request.end
        whole.maxNodes = request.maxNodes
        whole.stackTraceSelector = request.stackTraceSelector
        whole.profileIdSelector = request.profileIdSelector
        whole.traceIdSelector = request.traceIdSelector
        whole.format = .pprof
        return try await self.pprof(whole, scope)
    }

    /// The pprof of a request; a profile without anything where nothing matches.
    func pprof(
        _ request: QuerierV1.SelectMergeStacktracesRequest,
        _ scope: QueryScope
    ) async throws(QueryError) -> GoogleV1.Profile {
        guard let window = try Self.window(request.start, request.end, scope) else { return .init() }
        try Self.check(request)
        let type = try QueryTerms.profileType(request.profileTypeID)
        let query = ProfileQuery(
            selector: try QueryTerms.selector(request.labelSelector),
            type: type,
            range: window.range,
            spans: Self.spans(request)
        )
        let tenant = scope.tenant
        let parts = try await self.sources.gather(scope, window.range) { source throws(IngesterError) in
            try await source.locations(tenant: tenant, query: query)
        }.flatMap(\.self)
        var merger = LocationMerger()
        for part in parts {
            guard !Task.isCancelled else { throw .canceled }
            try merger.add(part)
        }
        let pgo = request.stackTraceSelector?.goPGO
        if pgo == nil { merger.keep(under: request.stackTraceSelector?.callSite.map(\.name) ?? []) }
        merger.cut(maxNodes: Int(clamping: request.maxNodes ?? 0))
        let samples = try merger.samples(pgo)
        guard !samples.isEmpty else { return .init() }
        var assembly = PprofAssembly(merger.columns, type: type, time: window.range.last)
        for sample in samples { assembly.append(sample) }
        return assembly.profile
    }
}
