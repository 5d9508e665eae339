// SPDX-License-Identifier: Apache-2.0
import FlameGraph
import Glibc
import HeadStore
import ProfileColumns
import ProfileModel
import Support
import Synchronization
import Testing

/// Real profiles of a Go server, from the shared folder next to the repository.
enum Corpus {
    private static var folder: String {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(root)/../shared/corpus/go-server"
    }

    /// The profiles whose file name begins with `prefix`; empty, with a word about it, where the folder is
    /// missing.
    static func profiles(_ prefix: String) -> [[UInt8]] {
        let files = SystemFiles()
        do {
            return try files.list(Self.folder).filter { $0.hasPrefix(prefix) }.sorted().map { name in
                let file = try files.open("\(Self.folder)/\(name)", create: false)
                defer { files.close(file) }
                return try files.read(file, byteCount: try files.size(file), at: 0)
            }
        } catch {
            print("skipped: no corpus at \(Self.folder)")
            return []
        }
    }

    static func incoming(_ payload: [UInt8], uid: UInt64, pod: Int) -> IncomingProfile {
        var limits = ProfileLimits()
        limits.rejectOlderThanNanoseconds = 0
        limits.rejectNewerThanNanoseconds = 0
        return IncomingProfile(
            tenant: .anonymous,
            labels: LabelSet([
                Label("__name__", "process_cpu"), Label("service_name", "shop-\(pod % 4)"),
                Label("pod", "p\(pod)"),
            ]),
            uid: ProfileUID(high: 1, low: uid),
            receivedNanoseconds: 1_700_000_000_000_000_000,
            origin: .push,
            limits: limits,
            payload: payload
        )
    }
}

@Suite struct CorpusTests {
    @Test func realProfilesSurviveARestartUnchanged() async throws {
        let payloads = Corpus.profiles("cpu_").prefix(6) + Corpus.profiles("heap_").prefix(2)
        guard !payloads.isEmpty else { return }
        let folder = try TemporaryFolder()
        var config = HeadStoreConfig(directory: "\(folder.path)/wal", instance: "one")
        config.log.segmentByteCount = 128 << 10
        config.laneCount = 2
        let world = HeadStoreWorld(wallNanoseconds: { 0 })
        let store = try await HeadStore.open(config, coveredThrough: 0, world: world)
        for (index, payload) in payloads.enumerated() {
            let profile = Corpus.incoming(payload, uid: UInt64(index), pod: index)
            #expect(try await store.append([profile]) == [.stored])
        }
        let before = try await store.paths()
        #expect(before.count > 100)
        await store.close()
        let again = try await HeadStore.open(config, coveredThrough: 0, world: world)
        #expect(again.replay.recordCount == payloads.count && again.replay.damages.isEmpty)
        #expect(try await again.paths() == before)
        await again.close()
    }

    /// `HEARTH_BENCH=1 swift test -c release --filter CorpusTests` prints the
    /// figures.
    @Test(.enabled(if: unsafe getenv("HEARTH_BENCH") != nil), arguments: ["cpu_", "heap_"], [8, 64])
    func speedOfAppending(kind: String, inFlight: Int) async throws {
        let payloads = Corpus.profiles(kind)
        let folder = try TemporaryFolder()
        var config = HeadStoreConfig(directory: "\(folder.path)/wal", instance: "one")
        config.laneCount = 2
        let store = try await HeadStore.open(
            config,
            coveredThrough: 0,
            world: HeadStoreWorld(wallNanoseconds: { 0 })
        )
        let count = kind == "cpu_" ? 6_000 : 1_000
        let next = Counter()
        let times = Latencies()
        let (cpu, wall) = (cpuSeconds(), ContinuousClock.now)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<inFlight {
                group.addTask {
                    while true {
                        let index = next.take()
                        guard index < count else { return }
                        let payload = payloads[index % payloads.count]
                        let profile = Corpus.incoming(payload, uid: UInt64(index), pod: index % 25)
                        let start = ContinuousClock.now
                        let outcomes = try await store.append([profile])
                        #expect(outcomes == [.stored])
                        times.add(ContinuousClock.now - start)
                    }
                }
            }
            try await group.waitForAll()
        }
        let used = cpuSeconds() - cpu
        let seconds = (ContinuousClock.now - wall) / .seconds(1)
        let held = store.byteCount
        let ranks = times.ranks
        print(
            "\(kind) \(inFlight) in flight: \(Int(Double(count) / used)) profiles/CPU-s,",
            "\(Int(Double(count) / seconds)) profiles/s,",
            "ack p50 \(ranks.p50) p99 \(ranks.p99), held \(held >> 10) KiB"
        )
        try await self.printTrees(of: store, kind)
        await store.close()
        let start = ContinuousClock.now
        let again = try await HeadStore.open(
            config,
            coveredThrough: 0,
            world: HeadStoreWorld(wallNanoseconds: { 0 })
        )
        print(
            "\(kind) replay: \(Int(Double(count) / ((ContinuousClock.now - start) / .seconds(1)))) profiles/s"
        )
        await again.close()
    }

    private func printTrees(of store: HeadStore, _ kind: String) async throws {
        for service in ["{}", #"{pod="p3"}"#] {
            let query = try HeadStoreBench.query(service)
            let (cpu, start) = (cpuSeconds(), ContinuousClock.now)
            var nodeCount = 0
            for snapshot in await store.snapshots(tenant: .anonymous, query: query) {
                nodeCount += snapshot.stacktraces(query, above: 0)?.nodeCount ?? 0
            }
            print(
                "\(kind) tree \(service): \(nodeCount) nodes, \(ContinuousClock.now - start),",
                cpuSeconds() - cpu
            )
        }
    }
}

private func cpuSeconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

private final class Counter: Sendable {
    private let value = Atomic(0)

    func take() -> Int { self.value.add(1, ordering: .relaxed).oldValue }
}

private final class Latencies: Sendable {
    private let values = Mutex<[Duration]>([])

    func add(_ value: Duration) { self.values.withLock { $0.append(value) } }

    var ranks: (p50: Duration, p99: Duration) {
        let sorted = self.values.withLock { $0.sorted() }
        return (sorted[sorted.count / 2], sorted[sorted.count * 99 / 100])
    }
}
