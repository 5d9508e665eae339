// SPDX-License-Identifier: Apache-2.0
import HeadStore
import LabelSelector
import ProfileColumns
import ProfileModel
import Support
import Testing

/// Random profiles and the slow way to sum them.
private struct Model {
    struct Stored {
        var labels: [String: String]
        var pprof: SmallPprof
    }

    var random: SplitMix
    var profiles: [Stored] = []

    mutating func pick(_ count: Int) -> Int { Int(self.random.next() % UInt64(count)) }

    /// One random profile for `pod`, remembered.
    mutating func make() -> IncomingProfile {
        var pprof = SmallPprof()
        pprof.timeNanoseconds += Int64(self.profiles.count) * 1_000_000_000
        for _ in 0...self.pick(12) {
            var stack: [String] = []
            for _ in 0...self.pick(5) { stack.append("f\(self.pick(6))") }
            var labels: [String: String] = [:]
            if self.pick(3) == 0 { labels["thread"] = "t\(self.pick(2))" }
            if self.pick(4) == 0 { labels["span_id"] = "000000000000000\(self.pick(9))" }
            if self.pick(8) == 0 { labels["pod"] = "sample" }
            let value = Int64(self.pick(4)) * 10_000_000
            pprof.samples.append(SmallPprof.Sample(stack: stack, values: [1, value], labels: labels))
        }
        let labels = ["pod": "p\(self.pick(3))"]
        self.profiles.append(Stored(labels: labels, pprof: pprof))
        return pprof.incoming(labels, uid: UInt64(self.profiles.count))
    }

    /// Visible labels of a sample, but for the derived ones.
    static func visible(_ profile: Stored, _ sample: SmallPprof.Sample) -> [String: String] {
        var labels = sample.labels
        labels["span_id"] = nil
        return labels.merging(profile.labels) { $1 }
    }

    func paths(type: Int, where isWanted: ([String: String]) -> Bool) -> [String: Int64] {
        var sums: [String: Int64] = [:]
        for profile in self.profiles {
            for sample in profile.pprof.samples where isWanted(Self.visible(profile, sample)) {
                guard sample.values[type] > 0 else { continue }
                sums[sample.stack.reversed().joined(separator: ";"), default: 0] += sample.values[type]
            }
        }
        return sums
    }

    func totals(type: Int, by name: String) -> [String: [Int64: Int64]] {
        var sums: [String: [Int64: Int64]] = [:]
        for profile in self.profiles {
            for sample in profile.pprof.samples where sample.values[type] > 0 {
                let group = Self.visible(profile, sample)[name] ?? ""
                sums[group, default: [:]][profile.pprof.timeNanoseconds, default: 0] += sample.values[type]
            }
        }
        return sums
    }
}

@Suite struct QueryTests {
    static let count = ProfileType(
        name: "process_cpu",
        sampleType: "samples",
        sampleUnit: "count",
        periodType: "cpu",
        periodUnit: "nanoseconds"
    )

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func answersAreThoseOfAPlainLoop(seed: UInt64) async throws {
        var model = Model(random: SplitMix(seed: seed))
        let store = try await HeadStoreBench.open(MemoryFiles())
        for _ in 0..<25 { #expect(try await store.append([model.make()]) == [.stored]) }
        let heads = try #require(try await store.seal())
        #expect(heads.datasets.count == 1)
        for _ in 0..<15 { #expect(try await store.append([model.make()]) == [.stored]) }
        for (index, type) in [Self.count, HeadStoreBench.cpu].enumerated() {
            #expect(try await store.paths(type: type) == model.paths(type: index) { _ in true })
            #expect(
                try await store.paths(#"{pod="p1"}"#, type: type)
                    == model.paths(type: index) { $0["pod"] == "p1" }
            )
            #expect(
                try await store.paths(#"{thread="t0",pod=~"p[01]"}"#, type: type)
                    == model.paths(type: index) { $0["thread"] == "t0" && $0["pod"] != "p2" }
            )
            #expect(
                try await store.paths(#"{thread="",span_id=""}"#, type: type)
                    == model.paths(type: index) { $0["thread"] == nil }
            )
            for name in ["pod", "thread", "span_id", "__type__"] {
                let query = try HeadStoreBench.query(type: type)
                var found: [String: [Int64: Int64]] = [:]
                for snapshot in await store.snapshots(tenant: .anonymous, query: query) {
                    for group in snapshot.totals(query, groupBy: [name], above: 0) {
                        for total in group.totals {
                            found[group.labels[name] ?? "", default: [:]][
                                total.timeNanoseconds,
                                default: 0
                            ] +=
                                total.value
                        }
                    }
                }
                var expected = model.totals(type: index, by: name)
                if name == "__type__" { expected = [type.sampleType: expected[""] ?? [:]] }
                #expect(found == expected, "by \(name)")
            }
        }
        await store.close()
    }

    @Test func seriesShowSampleLabelsAndOnlyTypesWithValues() async throws {
        let store = try await HeadStoreBench.open(MemoryFiles())
        var pprof = SmallPprof()
        pprof.samples = [
            SmallPprof.Sample(stack: ["a"], values: [1, 0], labels: ["thread": "x", "pod": "sample"]),
            SmallPprof.Sample(stack: ["b"], values: [1, 5], labels: ["span_id": "00000000000000aa"]),
        ]
        #expect(try await store.append([pprof.incoming(["pod": "p"], uid: 1)]) == [.stored])
        let base = [Label("__name__", "process_cpu"), Label("service_name", "shop"), Label("pod", "p")]
        let query = try HeadStoreBench.query(type: nil)
        let snapshot = try #require(await store.snapshots(tenant: .anonymous, query: query).first)
        let found = Set(snapshot.series(query, above: 0))
        #expect(
            found == [
                SeriesDescription(labels: LabelSet(base), types: [Self.count, HeadStoreBench.cpu]),
                SeriesDescription(labels: LabelSet(base + [Label("thread", "x")]), types: [Self.count]),
            ]
        )
        let typed = try HeadStoreBench.query(#"{__type__="cpu"}"#, type: nil)
        #expect(snapshot.series(typed, above: 0).map(\.types) == [[HeadStoreBench.cpu]])
        await store.close()
    }

    @Test func timeAndPositionBoundWhatIsSeen() async throws {
        let store = try await HeadStoreBench.open(MemoryFiles())
        for index in 0..<10 {
            var pprof = SmallPprof()
            pprof.timeNanoseconds += Int64(index)
            pprof.samples = [SmallPprof.Sample(stack: ["a"], values: [1, 1])]
            _ = try await store.append([pprof.incoming(uid: UInt64(index))])
        }
        var query = try HeadStoreBench.query()
        let start = SmallPprof().timeNanoseconds
        query.range = TimeRange(first: start + 2, last: start + 4)
        let snapshot = try #require(await store.snapshots(tenant: .anonymous, query: query).first)
        #expect(snapshot.stacktraces(query, above: 0)?.paths == ["a": 3])
        let lsn = snapshot.dataset.series[0].profiles[3].lsn
        #expect(snapshot.stacktraces(query, above: lsn)?.paths == ["a": 1])
        query.range = TimeRange(first: start + 20, last: start + 40)
        #expect(snapshot.stacktraces(query, above: 0) == nil)
        await store.close()
    }

    @Test func readersKeepWhatTheyTook() async throws {
        let store = try await HeadStoreBench.open(MemoryFiles())
        _ = try await store.append([HeadStoreBench.profile(1, value: 1)])
        let query = try HeadStoreBench.query()
        let snapshot = try #require(await store.snapshots(tenant: .anonymous, query: query).first)
        _ = try await store.append([HeadStoreBench.profile(2, value: 2, stack: ["new", "main"])])
        #expect(snapshot.stacktraces(query, above: 0)?.paths == ["main;leaf": 1])
        #expect(try await store.paths() == ["main;leaf": 1, "main;new": 2])
        await store.close()
    }
}
