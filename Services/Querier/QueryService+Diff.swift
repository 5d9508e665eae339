// SPDX-License-Identifier: Apache-2.0
internal import FlameGraph
package import WireAPI

extension QueryService {
    /// The samples of single spans as a flame graph, or as tree bytes.
    package func spanProfile(
        _ request: QuerierV1.SelectMergeSpanProfileRequest,
        _ scope: QueryScope
    ) async throws(QueryError) -> QuerierV1.SelectMergeSpanProfileResponse {
        var whole = QuerierV1.SelectMergeStacktracesRequest()
        whole.profileTypeID = request.profileTypeID
        whole.labelSelector = request.labelSelector
        whole.spanSelector = request.spanSelector
        whole.start = request.start
        whole.end = request.end
        whole.maxNodes = request.maxNodes
        whole.format = request.format == .tree ? .tree : .flameGraph
        let answer = try await self.stacktraces(whole, scope)
        var response = QuerierV1.SelectMergeSpanProfileResponse()
        response.flamegraph = answer.flamegraph
        response.tree = answer.tree
        return response
    }

    /// Two sums of profiles, compared call path by call path.
    package func diff(
        _ request: QuerierV1.DiffRequest,
        _ scope: QueryScope
    ) async throws(QueryError) -> QuerierV1.DiffResponse {
        let graph = try await self.compared(request.left ?? .init(), request.right ?? .init(), scope)
        var message = QuerierV1.FlameGraphDiff()
        message.names = graph.names
        message.levels = graph.levels.map { QuerierV1.Level(values: $0) }
        message.total = graph.total
        message.maxSelf = graph.maxSelf
        message.leftTicks = graph.leftTicks
        message.rightTicks = graph.rightTicks
        var response = QuerierV1.DiffResponse()
        response.flamegraph = message
        return response
    }

    /// Both trees, asked for at once and cut to the larger of the two node limits, one over the other.
    func compared(
        _ left: QuerierV1.SelectMergeStacktracesRequest,
        _ right: QuerierV1.SelectMergeStacktracesRequest,
        _ scope: QueryScope
    ) async throws(QueryError) -> RenderedFlameDiff {
        for side in [left, right] { _ = try QueryTerms.profileType(side.profileTypeID) }
        let asked = max(left.maxNodes ?? 0, right.maxNodes ?? 0)
        let limit = try scope.limits.nodeCount(asked: asked)
        let sides = [left, right].map { side in
            var side = side
            side.maxNodes = asked
            side.format = .tree
            return side
        }
        async let first = Outcome { () async throws(QueryError) in try await self.side(sides[0], scope) }
        async let second = Outcome { () async throws(QueryError) in try await self.side(sides[1], scope) }
        let outcomes = await (first, second)
        let (leftTree, rightTree) = (try outcomes.0.get(), try outcomes.1.get())
        try Self.checkPositive(leftTree, rightTree)
        return RenderedFlameDiff(
            FlameDiff(left: leftTree, right: rightTree),
            maxNodes: Int(clamping: limit)
        )
    }

    /// The tree of one side; what is wrong with its request is told as the Go server tells it.
    private func side(
        _ request: QuerierV1.SelectMergeStacktracesRequest,
        _ scope: QueryScope
    ) async throws(QueryError) -> FlameTree {
        do throws(QueryError) {
            return try await self.tree(request, scope)
        } catch {
            guard case .invalid(let text) = error else { throw error }
            throw .invalid("invalid_argument: \(text)")
        }
    }

    /// Widths of bars cannot be negative; the texts are the Go server's.
    private static func checkPositive(_ left: FlameTree, _ right: FlameTree) throws(QueryError) {
        let isNegative = [left, right].map { tree in tree.selfValues.contains { $0 < 0 } }
        if isNegative == [true, true] { throw .invalid("both trees require only positive values") }
        if isNegative.contains(true) { throw .invalid("left tree require only positive values") }
    }

    private typealias Outcome = Result<FlameTree, QueryError>
}

extension Result {
    /// What `body` returns or throws.
    init(_ body: () async throws(Failure) -> Success) async {
        do {
            self = .success(try await body())
        } catch { self = .failure(error) }
    }
}
