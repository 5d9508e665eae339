// SPDX-License-Identifier: Apache-2.0
import BlockStore
import FlameGraph
import LabelSelector
import ProfileColumns
import ProfileModel
import Testing

@Suite struct BlockQueryTests {
    static let selectors = [
        "{}", #"{pod="pod-1"}"#, #"{pod!="pod-1"}"#, #"{thread="t1"}"#, #"{thread=""}"#,
        #"{thread=~"t0|t2"}"#,
        #"{pod="fake"}"#, #"{service_name="web"}"#, #"{service_name="other"}"#, #"{span_id="s1"}"#,
        #"{pod="pod-2",thread!="t2"}"#, #"{__profile_type__=~".*cpu.*"}"#,
    ]
    static let start: Int64 = 1_700_000_000_000_000_000
    static let ranges = [
        TimeRange.all, TimeRange(first: start + 50_000_000_000, last: start + 200_000_000_000),
        TimeRange(first: start + 100_000_000_000, last: start + 100_000_000_000),
        TimeRange(first: 0, last: 1),
        TimeRange(first: start + 1, last: start),
    ]

    private func queries(_ type: ProfileType?) throws -> [ProfileQuery] {
        try Self.selectors.flatMap { text in
            let selector = try LabelSelector(parsing: text)
            return Self.ranges.map { ProfileQuery(selector: selector, type: type, range: $0) }
        }
    }

    @Test(arguments: UInt64(1)...6)
    func stacktracesAreThoseOfTheModel(seed: UInt64) throws {
        let model = DatasetModel(seed: seed)
        let written = try WrittenBlock([model, DatasetModel(service: "z", seed: seed + 99)], seed: seed)
        let block = try written.open()
        for type in DatasetModel.types {
            for query in try self.queries(type) where query.selector.description.contains("web") {
                let trees = try block.stacktraces(tenant: .anonymous, query: query)
                #expect(trees.count <= 1)
                let paths = trees.first?.paths { written.names[$0] ?? "?" } ?? [:]
                #expect(paths == model.stacktraces(query), "\(query)")
            }
        }
    }

    @Test(arguments: UInt64(1)...4)
    func everySelectorAndRangeGivesWhatTheModelGives(seed: UInt64) throws {
        let model = DatasetModel(seed: seed)
        let written = try WrittenBlock([model], seed: seed)
        let block = try written.open()
        let all = ProfileQuery(selector: .init(), type: DatasetModel.types[0], range: .all)
        #expect(model.stacktraces(all).count > 5)
        for query in try self.queries(DatasetModel.types[0]) {
            let trees = try block.stacktraces(tenant: .anonymous, query: query)
            let paths = trees.first?.paths { written.names[$0] ?? "?" } ?? [:]
            #expect(paths == model.stacktraces(query), "\(query)")
            for groupBy in [[], ["pod"], ["thread"], ["pod", "thread", "span_id"]] {
                let totals = try block.totals(tenant: .anonymous, query: query, groupBy: groupBy)
                let found = Dictionary(uniqueKeysWithValues: totals.map { ($0.labels, $0.sortedPairs) })
                #expect(found == model.totals(query, groupBy: groupBy), "\(query) \(groupBy)")
            }
        }
        for query in try self.queries(nil) + self.queries(DatasetModel.types[1]) {
            let found = try block.series(tenant: .anonymous, query: query)
            let types = Dictionary(uniqueKeysWithValues: found.map { ($0.labels, Set($0.types)) })
            #expect(types == model.series(query), "\(query)")
        }
    }

    @Test func pendingBlocksAnswerByName() throws {
        let model = DatasetModel(seed: 5)
        let block = try WrittenBlock([model], seed: 2, hasIDs: false).open()
        #expect(!block.description.hasSymbolIDs)
        let query = ProfileQuery(selector: .init(), type: DatasetModel.types[0], range: .all)
        let trees = try block.stacktraces(tenant: .anonymous, query: query)
        #expect(trees.map { $0.paths() } == [model.stacktraces(query)])
    }

    @Test func tenantsSeeOnlyTheirOwn() throws {
        let tenants = try ["a", "b", "c"].map { try TenantID(parsing: $0) }
        let models = tenants.flatMap { tenant in
            ["x", "y"].map { DatasetModel(service: $0, tenant: tenant, seed: UInt64($0.count)) }
        }
        let written = try WrittenBlock(models, seed: 7)
        let block = try written.open()
        #expect(block.description.datasets.map(\.tenant) == tenants.flatMap { [$0, $0] })
        let query = ProfileQuery(selector: .init(), type: DatasetModel.types[0], range: .all)
        for tenant in tenants {
            let own = models.filter { $0.tenant == tenant }
            let trees = try block.stacktraces(tenant: tenant, query: query)
            #expect(trees.map { $0.paths { written.names[$0] ?? "?" } } == own.map { $0.stacktraces(query) })
        }
        #expect(try block.stacktraces(tenant: .anonymous, query: query).isEmpty)
        #expect(try block.series(tenant: .anonymous, query: query).isEmpty)
    }

    /// More than one tile per series, by profiles and by samples.
    @Test func answersSpanTiles() throws {
        let shape = ModelShape(
            profileCount: 600,
            sampleCountMax: 3,
            depthMax: 2,
            podCount: 1,
            hasNegatives: false
        )
        let model = DatasetModel(shape: shape, seed: 11)
        let written = try WrittenBlock([model], seed: 3)
        let block = try written.open()
        for query in try self.queries(DatasetModel.types[0]) {
            let trees = try block.stacktraces(tenant: .anonymous, query: query)
            let paths = trees.first?.paths { written.names[$0] ?? "?" } ?? [:]
            #expect(paths == model.stacktraces(query), "\(query)")
        }
    }

    @Test func uidsAreAllThere() throws {
        let models = [DatasetModel(seed: 1), DatasetModel(service: "other", seed: 2)]
        let block = try WrittenBlock(models, seed: 4).open()
        #expect(try Set(block.uids()) == Set(models.flatMap { $0.profiles.map(\.uid) }))
    }

    @Test func answersDoNotDependOnTheCache() throws {
        let model = DatasetModel(seed: 8)
        let written = try WrittenBlock([model], seed: 1)
        let (cold, warm) = (try written.open(cacheByteCount: 0), try written.open())
        for query in try self.queries(DatasetModel.types[0]) {
            let first = try cold.stacktraces(tenant: .anonymous, query: query)
            let second = try warm.stacktraces(tenant: .anonymous, query: query)
            #expect(first.map { $0.paths() } == second.map { $0.paths() })
        }
    }
}

extension LabeledTotals {
    /// Time and value of each total; profiles of one instant by value.
    fileprivate var sortedPairs: [[Int64]] {
        self.totals.map { [$0.timeNanoseconds, $0.value] }.sorted { $0.lexicographicallyPrecedes($1) }
    }
}
