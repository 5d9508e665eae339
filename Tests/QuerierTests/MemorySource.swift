// SPDX-License-Identifier: Apache-2.0
import FlameGraph
import LabelSelector
import ProfileColumns
import ProfileModel
import ServiceKit
import Synchronization
import WireAPI

/// One sample of one profile, as text.
struct MemorySample: Sendable {
    var labels: [Label] = []
    var sampleLabels: [Label] = []
    var type: ProfileType
    var milliseconds: Int64
    /// Root first.
    var stack: [String]
    var value: Int64
}

/// Holds samples as they came and answers by looking at every one of them.
final class MemorySource: ProfileSource {
    private let samples: [MemorySample]
    private let symbols: SymbolTable?
    private let failure: IngesterError?
    private let warnings: [String]

    init(
        _ samples: [MemorySample] = [],
        symbols: SymbolTable? = nil,
        failure: IngesterError? = nil,
        warnings: [String] = []
    ) {
        self.samples = samples
        self.symbols = symbols
        self.failure = failure
        self.warnings = warnings
    }

    private func matching(
        _ query: ProfileQuery
    ) throws(IngesterError) -> [(sample: MemorySample, labels: LabelSet)] {
        if let failure { throw failure }
        return self.samples.compactMap { sample in
            let labels = SeriesLabels.visible(
                series: LabelSet(sample.labels),
                type: sample.type,
                sample: LabelSet(sample.sampleLabels)
            )
            guard query.range.contains(sample.milliseconds * 1_000_000) else { return nil }
            guard query.type == nil || query.type == sample.type else { return nil }
            return query.selector.matches(labels) ? (sample, labels) : nil
        }
    }

    func stacktraces(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[FunctionTree]> {
        // One tree per sample: the worst case for whoever merges.
        let trees = try self.matching(query).map { sample, _ in
            var tree = FunctionTree()
            for name in sample.stack {
                tree.names.append(self.symbols.map { .symbol($0.id(name)) } ?? .text(name))
                tree.parents.append(UInt32(tree.nodeCount - 1))
                tree.nodeNames.append(UInt32(tree.names.count - 1))
                tree.selfValues.append(0)
            }
            tree.selfValues[tree.nodeCount - 1] = sample.value
            return tree
        }
        return Partial(trees, warnings: self.warnings)
    }

    /// Every name is a location of one line, 7, in a file of its own.
    func locations(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[LocationTree]> {
        let trees = try self.matching(query).map { sample, _ in
            var dictionary = DatasetDictionary()
            var values: [Int64] = [0]
            for (index, name) in sample.stack.enumerated() {
                let text = dictionary.strings.append(contentsOf: name.utf8)
                let id = UInt32(index)
                dictionary.functions.append(
                    FunctionRow(name: text, systemName: text, file: text, startLine: 1)
                )
                dictionary.lines.append(LineRow(function: id, line: 7))
                dictionary.locations.append(
                    LocationRow(
                        mapping: LocationRow.noMapping,
                        firstLine: id,
                        lineCount: 1,
                        flags: 0,
                        address: 0
                    )
                )
                dictionary.nodeParents.append(id)
                dictionary.nodeLocations.append(id)
                values.append(0)
            }
            values[values.count - 1] = sample.value
            return LocationTree(of: dictionary, selfValues: values)
        }
        return Partial(trees, warnings: self.warnings)
    }

    func totals(
        tenant: TenantID,
        query: ProfileQuery,
        groupBy: [String]
    ) async throws(IngesterError) -> Partial<[LabeledTotals]> {
        let all = try self.matching(query).map { sample, labels in
            LabeledTotals(
                labels: labels.keeping(Set(groupBy)),
                totals: [TimedTotal(timeNanoseconds: sample.milliseconds * 1_000_000, value: sample.value)]
            )
        }
        return Partial(all, warnings: self.warnings)
    }

    func series(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[SeriesDescription]> {
        let all = try self.matching(query).map { sample, _ in
            let merged = SeriesLabels.merged(
                series: LabelSet(sample.labels),
                sample: LabelSet(sample.sampleLabels)
            )
            return SeriesDescription(labels: merged, types: [sample.type])
        }
        return Partial(all, warnings: self.warnings)
    }

    /// Samples of one service at one time are one profile.
    func points(
        tenant: TenantID,
        query: ProfileQuery,
        groupBy: [String],
        kind: PointKind
    ) async throws(IngesterError) -> Partial<[LabeledPoints]> {
        let names = Set(groupBy)
        let all = try self.matching(query).compactMap { sample, labels -> LabeledPoints? in
            let spans = LabelSet(sample.sampleLabels)
            if kind == .spans, spans["span_id"] == nil { return nil }
            let service = labels["service_name"]?.utf8.first ?? 0
            let point = ProfilePoint(
                timeNanoseconds: sample.milliseconds * 1_000_000,
                value: sample.value,
                uid: ProfileUID(high: UInt64(service), low: UInt64(sample.milliseconds)),
                spanID: kind == .spans ? spans["span_id"] ?? "" : "",
                traceID: kind == .spans ? spans["trace_id"] ?? "" : ""
            )
            let rest = LabelSet(labels.labels.filter { !names.contains($0.name) })
            return LabeledPoints(labels: labels.keeping(names), rest: rest, points: [point])
        }
        return Partial(all, warnings: self.warnings)
    }

    func figures(
        tenant: TenantID,
        range: TimeRange
    ) async throws(IngesterError) -> Partial<[StoredFigures]> {
        let query = ProfileQuery(selector: LabelSelector(), type: nil, range: range)
        let all = try self.matching(query).enumerated().map { index, found in
            let time = found.sample.milliseconds * 1_000_000
            var figures = StoredFigures(isBlock: index > 0, range: TimeRange(first: time, last: time))
            (figures.seriesCount, figures.profileCount, figures.sampleCount) = (1, 1, 1)
            (figures.indexByteCount, figures.profileByteCount, figures.symbolByteCount) = (1, 10, 100)
            return figures
        }
        return Partial(all, warnings: self.warnings)
    }
}

/// Never answers until it is cancelled.
struct StuckSource: ProfileSource {
    private func wait() async throws(IngesterError) -> Never {
        await StopSignal().wait()
        throw .unavailable("cancelled")
    }

    func stacktraces(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[FunctionTree]> { try await self.wait() }

    func locations(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[LocationTree]> { try await self.wait() }

    func totals(
        tenant: TenantID,
        query: ProfileQuery,
        groupBy: [String]
    ) async throws(IngesterError) -> Partial<[LabeledTotals]> { try await self.wait() }

    func series(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[SeriesDescription]> { try await self.wait() }

    func points(
        tenant: TenantID,
        query: ProfileQuery,
        groupBy: [String],
        kind: PointKind
    ) async throws(IngesterError) -> Partial<[LabeledPoints]> { try await self.wait() }

    func figures(
        tenant: TenantID,
        range: TimeRange
    ) async throws(IngesterError) -> Partial<[StoredFigures]> { try await self.wait() }
}

/// The symbol store of the tests; counts how often it is asked.
final class SymbolTable: Sendable {
    private struct State {
        var names: [String] = []
        var loads: [[Int64]] = []
    }
    private let state = Mutex(State())

    var loads: [[Int64]] { self.state.withLock { $0.loads } }

    func id(_ name: String) -> Int64 {
        self.state.withLock { state in
            if let index = state.names.firstIndex(of: name) { return Int64(index) }
            state.names.append(name)
            return Int64(state.names.count - 1)
        }
    }

    func names(_ ids: [Int64]) -> [String?] {
        self.state.withLock { state in
            state.loads.append(ids)
            return ids.map { $0 < state.names.count ? state.names[Int($0)] : nil }
        }
    }
}
