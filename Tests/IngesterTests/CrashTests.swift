// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import FoundationEssentials
import HeadStore
import Ingester
import ProfileModel
import Support
import Synchronization
import Testing
import WireAPI

@Suite struct CrashTests {
    /// Opens what a crash left, twice in a row, and expects exactly these profiles, all of them known.
    private static func expect(
        _ folder: DataFolder,
        holds count: Int,
        _ comment: Comment
    ) async throws {
        let first = try await folder.open()
        #expect(try await first.stacks(folder.catalog) == DataFolder.stacks(0..<count), comment)
        let again = try await folder.crashed()
        await first.close()
        let second = try await again.open()
        #expect(try await second.stacks(again.catalog) == DataFolder.stacks(0..<count), comment)
        let retries = try await second.append((0..<count).map { again.profile($0) })
        #expect(retries.allSatisfy { $0 == .duplicate }, comment)
        try await second.flush()
        await second.publishWaiting()
        #expect(try await second.stacks(again.catalog) == DataFolder.stacks(0..<count), comment)
        #expect(try await second.trees().answer.allSatisfy(\.hasIDsOnly), comment)
        let published = try await again.catalog.allBlocks(instance: second.instance)
        #expect(published.reduce(0) { $0 + $1.datasets.reduce(0) { $0 + $1.profileCount } } == count, comment)
        await second.close()
    }

    @Test func aCrashBetweenAnyTwoStepsOfAFlushLosesNothingAndCountsNothingTwice() async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        try await ingester.store((0..<4).map { folder.profile($0) })
        let before = folder.copyNow()
        // Seen from inside the flush: before the symbols, and between the block and its publication.
        let inside = Mutex<[String]>([])
        folder.catalog.before { _ in
            let copy = folder.copyNow()
            inside.withLock { $0.append(copy) }
        }
        try await ingester.flush()
        folder.catalog.before { _ in }
        let after = folder.copyNow()
        await ingester.close()
        let block = try #require(folder.files("blocks").first)

        // The file is being written.
        let writing = before + "-writing"
        run(["cp", "-a", "--sparse=always", before, writing])
        let bytes = try Data(contentsOf: URL(filePath: block))
        let name = String(block.split(separator: "/").last ?? "")
        try bytes.prefix(bytes.count / 2).write(to: URL(filePath: "\(writing)/ingester/tmp/\(name)"))
        // The block is in its place, the log is whole and the catalogue knows the symbols only.
        let moments = inside.withLock { $0 }
        try #require(moments.count == 2)
        let placed = moments[1] + "-placed"
        run(["cp", "-a", "--sparse=always", moments[1], placed])
        run(["cp", "-a", "--sparse=always", "\(before)/ingester/wal", "\(placed)/ingester/"])
        // All is done, but the log's segments are there still.
        let kept = after + "-kept"
        run(["cp", "-a", "--sparse=always", after, kept])
        run(["cp", "-a", "--sparse=always", "\(before)/ingester/wal", "\(kept)/ingester/"])

        for path in [before, writing, placed, kept, after] + moments {
            try await Self.expect(try await folder.folder(at: path), holds: 4, "\(path)")
        }
    }

    @Test func aCrashWhileAPendingBlockIsCompletedLeavesItOnce() async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        folder.catalog.isAway = true
        try await ingester.store((0..<4).map { folder.profile($0) })
        try await ingester.flush()
        let pending = folder.copyNow()
        folder.catalog.isAway = false
        let inside = Mutex<[String]>([])
        folder.catalog.before { _ in
            let copy = folder.copyNow()
            inside.withLock { $0.append(copy) }
        }
        await ingester.publishWaiting()
        folder.catalog.before { _ in }
        let after = folder.copyNow()
        await ingester.close()
        // The completed block is in its place and the pending one not yet gone.
        let both = after + "-both"
        run(["cp", "-a", "--sparse=always", after, both])
        run(["cp", "-a", "--sparse=always", "\(pending)/ingester/pending", "\(both)/ingester/"])
        let moments = inside.withLock { $0 }
        #expect(moments.count == 2)
        for path in [pending, after, both] + moments {
            try await Self.expect(try await folder.folder(at: path), holds: 4, "\(path)")
        }
    }

    @Test func aRetryThatTheLogStillHoldsIsKnownAfterALongPause() async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        try await ingester.store([folder.profile(0)])
        try await ingester.flush()
        folder.advance(seconds: 1)
        #expect(try await ingester.append([folder.profile(0)]) == [.duplicate])
        try await ingester.store([folder.profile(1)])
        let crashed = try await folder.crashed()
        await ingester.close()
        crashed.advance(seconds: 3_600)
        let again = try await crashed.open()
        #expect(try await again.stacks(crashed.catalog) == DataFolder.stacks(0..<2))
        await again.close()
    }

    @Test func aLogOfNothingButRetriesDoesNotGrow() async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        try await ingester.store([folder.profile(0)])
        try await ingester.flush()
        for _ in 0..<3 {
            #expect(try await ingester.append([folder.profile(0)]) == [.duplicate])
            try await ingester.flush()
        }
        let end = ingester.heads.statistics.durableLSN
        try await waitUntil("no segment is left") {
            folder.files("wal").filter { $0.hasSuffix(".wal") }.isEmpty
        }
        #expect(folder.files("blocks").count == 1)
        let crashed = try await folder.crashed()
        await ingester.close()
        let again = try await crashed.open()
        #expect(again.heads.replay.damages.isEmpty && again.heads.replay.recordCount == 0)
        #expect(again.heads.replay.end == end, "positions never go back")
        #expect(try await again.append([folder.profile(0)]) == [.duplicate])
        try await again.store([folder.profile(1)])
        let twice = try await crashed.crashed()
        await again.close()
        let third = try await twice.open()
        #expect(third.heads.replay.damages.isEmpty)
        #expect(try await third.stacks(twice.catalog) == DataFolder.stacks(0..<2))
        await third.close()
    }

    @Test func aCatalogueMadeAnewLearnsAllBlocksUnderTheirIds() async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        for number in 0..<3 {
            folder.advance(seconds: 1)
            try await ingester.store([folder.profile(number)])
            try await ingester.flush()
        }
        try await ingester.store([folder.profile(3)])
        let fresh = try await folder.crashed { path in
            for suffix in ["", "-wal", "-shm"] { run(["rm", "-f", "\(path)/catalog.sqlite\(suffix)"]) }
        }
        await ingester.close()
        let again = try await fresh.open()
        // New symbols come first: they must not take the ids that the blocks know theirs by.
        try await again.store([fresh.profile(4)])
        try await again.flush()
        await again.publishWaiting()
        #expect(try await again.stacks(fresh.catalog) == DataFolder.stacks(0..<5))
        #expect(try await again.trees().answer.allSatisfy(\.hasIDsOnly))
        #expect(try await fresh.catalog.allBlocks(instance: again.instance).count == 4)
        await again.close()
    }

    @Test func aCatalogueMadeAnewUnderARunningIngesterIsNoticed() async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        try await ingester.store([folder.profile(0)])
        try await ingester.flush()
        try await folder.catalog.dropSymbols()
        try await ingester.store([folder.profile(0 + 1), folder.profile(2, service: "bank")])
        try await ingester.flush()
        let names = try await ingester.stacks(folder.catalog)
        #expect(names["main;leaf1"] == 2 && names["main;leaf2"] == 3, "new blocks use ids that exist")
        await ingester.close()
    }
}
