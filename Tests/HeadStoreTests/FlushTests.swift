// SPDX-License-Identifier: Apache-2.0
import HeadStore
import ProfileColumns
import ProfileModel
import Synchronization
import Testing

@Suite struct FlushTests {
    @Test func sealedHeadsAnswerUntilTheyAreReleased() async throws {
        let store = try await HeadStoreBench.open(MemoryFiles())
        _ = try await store.append([HeadStoreBench.profile(1, value: 1)])
        let heads = try #require(try await store.seal())
        #expect(heads.after == 0 && !heads.isEmpty)
        _ = try await store.append([HeadStoreBench.profile(2, value: 2)])
        #expect(try await store.total() == 3)
        #expect(try await store.total(above: heads.through) == 2)
        let same = try #require(try await store.seal())
        #expect(same.through == heads.through, "what is sealed must be written before more is sealed")
        await store.release(heads)
        #expect(try await store.total() == 2)
        let next = try #require(try await store.seal())
        #expect(next.after == heads.through && next.through > heads.through)
        await store.close()
    }

    @Test func theLogIsCutBehindTheBlock() async throws {
        let files = MemoryFiles()
        let store = try await HeadStoreBench.open(files)
        for uid in 0..<30 { _ = try await store.append([HeadStoreBench.profile(UInt64(uid))]) }
        let heads = try #require(try await store.seal())
        _ = try await store.append([HeadStoreBench.profile(100)])
        await store.release(heads)
        store.truncateLog(through: heads.through)
        await store.close()
        #expect(files.paths().count == 1)
        let again = try await HeadStoreBench.open(files, coveredThrough: heads.through)
        #expect(again.replay.recordCount == 1 && again.replay.damages.isEmpty)
        #expect(try await again.total() == 10)
        await again.close()
    }

    @Test func aRetryOfAProfileInABlockCountsOnce() async throws {
        let files = MemoryFiles()
        let store = try await HeadStoreBench.open(files)
        _ = try await store.append([HeadStoreBench.profile(1)])
        let heads = try #require(try await store.seal())
        await store.release(heads)
        #expect(try await store.append([HeadStoreBench.profile(1)]) == [.duplicate])
        await store.close()
        let stored = heads.datasets.map { dataset in
            StoredUIDs(
                tenant: dataset.tenant,
                service: dataset.service,
                uids: dataset.series.flatMap { $0.profiles.map(\.uid) }
            )
        }
        let again = try await HeadStoreBench.open(files, coveredThrough: heads.through, stored: stored)
        #expect(try await again.append([HeadStoreBench.profile(1)]) == [.duplicate])
        #expect(try await again.total() == 0)
        await again.close()
    }

    @Test func anEmptySealSaysSo() async throws {
        let store = try await HeadStoreBench.open(MemoryFiles())
        let heads = try #require(try await store.seal())
        #expect(heads.isEmpty)
        await store.release(heads)
        #expect(try await store.append([HeadStoreBench.profile(1)]) == [.stored])
        await store.close()
    }

    @Test func aDictionaryOverItsLimitStartsOver() async throws {
        var config = HeadStoreBench.config()
        config.dictionary.nodeCountMax = 1
        let (wishes, wish) = AsyncStream.makeStream(of: Void.self)
        let events = HeadStoreEvents(wantsFlush: { wish.yield() })
        let store = try await HeadStoreBench.open(MemoryFiles(), config: config, events: events)
        _ = try await store.append([HeadStoreBench.profile(1, stack: ["a", "main"])])
        #expect(await wishes.first { true } != nil)
        let heads = try #require(try await store.seal())
        #expect(heads.datasets.map(\.dictionary.nodeCount) == [3])
        _ = try await store.append([HeadStoreBench.profile(2, stack: ["b", "main"])])
        #expect(try await store.paths() == ["main;a": 10, "main;b": 10])
        await store.release(heads)
        #expect(try await store.paths() == ["main;b": 10])
        await store.close()
    }

    @Test func sealingOnAFullDiskKeepsWhatIsDurable() async throws {
        let files = MemoryFiles()
        let store = try await HeadStoreBench.open(files)
        _ = try await store.append([HeadStoreBench.profile(1)])
        files.state.withLock { $0.standing["write"] = 28 }
        await #expect(throws: HeadStoreError.self) { try await store.append([HeadStoreBench.profile(2)]) }
        let heads = try #require(try await store.seal())
        #expect(heads.datasets.flatMap(\.series).flatMap(\.profiles).map(\.uid.low) == [1])
        files.state.withLock { $0.standing["write"] = nil }
        #expect(try await store.append([HeadStoreBench.profile(2)]) == [.stored])
        #expect(try await store.total(above: heads.through) == 10)
        await store.close()
    }

    /// What the ingester does: seal, write a block, swap, release, cut, over and over while profiles come in.
    @Test(.timeLimit(.minutes(1))) func flushingUnderLoadLosesAndDoublesNothing() async throws {
        let files = MemoryFiles()
        let store = try await HeadStoreBench.open(files)
        let books = Books()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 { group.addTask { try await books.write(writer, to: store) } }
            group.addTask { try await books.flush(store) }
            group.addTask { try await books.check(store) }
            try await group.waitForAll()
        }
        let view = books.state.withLock { $0 }
        #expect(view.flushCount > 0)
        #expect(try await store.total(above: view.covered) + view.blockSum == 240)
        await store.close()
        let again = try await HeadStoreBench.open(files, coveredThrough: view.covered)
        #expect(try await again.total() + view.blockSum == 240)
        await again.close()
    }
}

/// What was acknowledged and what is in blocks.
private final class Books: Sendable {
    struct State: Sendable {
        var acknowledged: Int64 = 0
        var covered: UInt64 = 0
        var blockSum: Int64 = 0
        var flushCount = 0
        var isDone = false
    }

    let state = Mutex(State())

    /// Stores 60 profiles of value 1, each with an immediate retry.
    func write(_ writer: Int, to store: HeadStore) async throws {
        for index in 0..<60 {
            let uid = UInt64(writer * 1_000 + index)
            let service = index % 3 == 0 ? "shop" : "bank"
            let profile = HeadStoreBench.profile(uid, value: 1, service: service)
            #expect(try await store.append([profile, profile]) == [.stored, .duplicate])
            self.state.withLock { $0.acknowledged += 1 }
        }
    }

    func flush(_ store: HeadStore) async throws {
        while !self.state.withLock({ $0.isDone }) {
            guard let heads = try await store.seal() else { continue }
            var sum: Int64 = 0
            for series in heads.datasets.flatMap(\.series) {
                for index in stride(from: 1, to: series.totals.count, by: 2) { sum += series.totals[index] }
            }
            self.state.withLock { state in
                state.covered = heads.through
                state.blockSum += sum
                state.flushCount += 1
            }
            await store.release(heads)
            store.truncateLog(through: heads.through)
        }
    }

    /// Reads heads, then blocks, until everything is acknowledged: never less than that, never more than
    /// there is.
    func check(_ store: HeadStore) async throws {
        let query = try HeadStoreBench.query()
        var least: Int64 = 0
        while least < 240 {
            least = self.state.withLock { $0.acknowledged }
            let snapshots = await store.snapshots(tenant: .anonymous, query: query)
            let view = self.state.withLock { $0 }
            var sum = view.blockSum
            for snapshot in snapshots {
                for group in snapshot.totals(query, groupBy: [], above: view.covered) {
                    sum += group.totals.reduce(0) { $0 + $1.value }
                }
            }
            #expect(sum >= least && sum <= 240)
            await Task.yield()
        }
        self.state.withLock { $0.isDone = true }
    }
}
