// SPDX-License-Identifier: Apache-2.0
internal import BlockStore
internal import Blocking
package import FlameGraph
internal import HeadStore
package import LabelSelector
package import ProfileColumns
package import ProfileModel
internal import Synchronization
package import WireAPI

/// Heads and blocks at one instant, each profile in exactly one of them.
///
/// The heads' part is taken first. A block that is listed afterwards may hold some of it: what lies at or
/// below the highest position that the listed blocks cover is left to the blocks.
private struct ReadView: Sendable {
    let heads: [HeadSnapshot]
    let blocks: [Block]
    let covered: UInt64
}

extension Ingester {
    /// Exact function trees of all matching samples, one per dataset and block.
    package func stacktraces(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[FunctionTree]> {
        try await self.read(tenant: tenant, query: query) { head, covered in
            head.stacktraces(query, above: covered).map { [$0] } ?? []
        } blocks: { (block) throws(BlockError) in
            try block.stacktraces(tenant: tenant, query: query)
        }
    }

    /// Exact trees of locations of all matching samples, one per dataset and block.
    package func locations(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[LocationTree]> {
        try await self.read(tenant: tenant, query: query) { head, covered in
            head.locations(query, above: covered).map { [$0] } ?? []
        } blocks: { (block) throws(BlockError) in
            try block.locations(tenant: tenant, query: query)
        }
    }

    /// Totals per profile, grouped by the labels named in `groupBy`.
    package func totals(
        tenant: TenantID,
        query: ProfileQuery,
        groupBy: [String]
    ) async throws(IngesterError) -> Partial<[LabeledTotals]> {
        try await self.read(tenant: tenant, query: query) { head, covered in
            head.totals(query, groupBy: groupBy, above: covered)
        } blocks: { (block) throws(BlockError) in
            try block.totals(tenant: tenant, query: query, groupBy: groupBy)
        }
    }

    /// Series with a profile in the range, each once.
    package func series(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[SeriesDescription]> {
        let parts = try await self.read(tenant: tenant, query: query) { head, covered in
            head.series(query, above: covered)
        } blocks: { (block) throws(BlockError) in
            try block.series(tenant: tenant, query: query)
        }
        return Partial(Array(Set(parts.answer)), warnings: parts.warnings)
    }

    /// Points of profiles or spans, grouped by the labels named in `groupBy`.
    package func points(
        tenant: TenantID,
        query: ProfileQuery,
        groupBy: [String],
        kind: PointKind
    ) async throws(IngesterError) -> Partial<[LabeledPoints]> {
        try await self.read(tenant: tenant, query: query) { head, covered in
            head.points(query, groupBy: groupBy, kind: kind, above: covered)
        } blocks: { (block) throws(BlockError) in
            try block.points(tenant: tenant, query: query, groupBy: groupBy, kind: kind)
        }
    }

    /// Figures of each dataset in a head and of each block.
    package func figures(
        tenant: TenantID,
        range: TimeRange
    ) async throws(IngesterError) -> Partial<[StoredFigures]> {
        let query = ProfileQuery(selector: LabelSelector(), type: nil, range: range)
        return try await self.read(tenant: tenant, query: query) { head, covered in
            head.figures(range, above: covered).map { [$0] } ?? []
        } blocks: { (block) throws(BlockError) in
            try block.figures(tenant: tenant, range: range).map { [$0] } ?? []
        }
    }

    private func view(tenant: TenantID, query: ProfileQuery) async -> ReadView {
        let heads = await self.heads.snapshots(tenant: tenant, query: query)
        let all = self.folder.all
        let covered =
            all.lazy.map(\.description.header).filter { $0.instance == self.instance }
            .map(\.lsnHigh).max() ?? 0
        let blocks = all.filter { block in
            block.description.datasets.contains { $0.tenant == tenant && $0.range.overlaps(query.range) }
        }
        return ReadView(heads: heads, blocks: blocks, covered: covered)
    }

    /// Asks heads and blocks on the reading threads, a bounded number at a time.
    private func read<Element: Sendable>(
        tenant: TenantID,
        query: ProfileQuery,
        heads: @escaping @Sendable (HeadSnapshot, UInt64) -> [Element],
        blocks: @escaping @Sendable (Block) throws(BlockError) -> [Element]
    ) async throws(IngesterError) -> Partial<[Element]> {
        let view = await self.view(tenant: tenant, query: query)
        // Asked after the view was taken: heads that close in between would be missing from it.
        guard !self.isClosed.load(ordering: .acquiring) else {
            throw .unavailable("the ingester is shutting down")
        }
        let covered = view.covered
        var jobs: [@Sendable () throws -> [Element]] = []
        for head in view.heads { jobs.append { heads(head, covered) } }
        for block in view.blocks { jobs.append { try blocks(block) } }
        let readers = self.readers
        do {
            return try await withThrowingTaskGroup(of: Partial<[Element]>.self) { group in
                var waiting = jobs.makeIterator()
                for _ in 0..<Self.readConcurrencyMax {
                    guard let job = waiting.next() else { break }
                    group.addTask { try await Self.run(job, on: readers) }
                }
                var merged = Partial<[Element]>([])
                while let part = try await group.next() {
                    merged.answer += part.answer
                    merged.warnings += part.warnings
                    guard let job = waiting.next() else { continue }
                    group.addTask { try await Self.run(job, on: readers) }
                }
                return merged
            }
        } catch is CancellationError {
            throw .deadlineExceeded
        } catch {
            throw .unavailable("reading is overloaded: \(error)")
        }
    }

    private static let readConcurrencyMax = 16

    /// Runs one part; a damaged block costs its part of the answer and is reported, not the whole answer.
    private static func run<Element: Sendable>(
        _ job: @escaping @Sendable () throws -> [Element],
        on readers: BlockingPool
    ) async throws -> Partial<[Element]> {
        do {
            return Partial(try await readers.run(job))
        } catch let error as BlockError {
            return Partial([], warnings: ["a block could not be read: \(error)"])
        }
    }
}
