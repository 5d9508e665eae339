// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import FlameGraph
import FoundationEssentials
import Ingester
import ProfileModel
import Support
import Synchronization
import Testing
import WireAPI

@Suite struct FlushTests {
    @Test func aFlushPublishesABlockThatAnswersAsTheHeadsDid() async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        try await ingester.store((0..<6).map { folder.profile($0, service: $0 < 4 ? "shop" : "bank") })
        let byText = try await ingester.stacks(folder.catalog)
        let series = Set(try await ingester.series(tenant: .anonymous, query: try Question.all()).answer)
        #expect(byText == DataFolder.stacks(0..<6))
        try await ingester.flush()
        let trees = try await ingester.trees()
        #expect(trees.answer.allSatisfy(\.hasIDsOnly) && trees.warnings.isEmpty)
        #expect(try await ingester.stacks(folder.catalog) == byText, "names by id are the names by text")
        #expect(try await ingester.total() == 21)
        #expect(try await ingester.total(#"{service_name="bank",pod="p1"}"#) == 5)
        #expect(
            Set(try await ingester.series(tenant: .anonymous, query: try Question.all()).answer) == series
        )
        let records = try await folder.catalog.allBlocks(instance: ingester.instance)
        #expect(records.count == 1)
        #expect(records[0].datasets.map(\.service).sorted() == ["bank", "shop"])
        #expect(records[0].datasets.reduce(0) { $0 + $1.profileCount } == 6)
        #expect(folder.files("blocks").count == 1 && folder.files("pending").isEmpty)
        await ingester.close()
    }

    @Test func aBlockWrittenWithoutTheCatalogueIsCompletedLater() async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        folder.catalog.isAway = true
        try await ingester.store((0..<5).map { folder.profile($0) })
        try await ingester.flush()
        #expect(folder.files("pending").count == 1 && folder.files("blocks").isEmpty)
        #expect(try await ingester.trees().answer.allSatisfy { !$0.hasIDsOnly })
        #expect(try await ingester.stacks(folder.catalog) == DataFolder.stacks(0..<5))
        await ingester.publishWaiting()
        #expect(folder.files("pending").count == 1, "the catalogue is away still")
        folder.catalog.isAway = false
        await ingester.publishWaiting()
        #expect(folder.files("pending").isEmpty && folder.files("blocks").count == 1)
        #expect(try await ingester.trees().answer.allSatisfy(\.hasIDsOnly))
        #expect(try await ingester.stacks(folder.catalog) == DataFolder.stacks(0..<5))
        #expect(try await folder.catalog.allBlocks(instance: ingester.instance).count == 1)
        await ingester.close()
    }

    @Test func aBlockThatOnlyLacksItsPublicationIsPublishedLater() async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        folder.catalog.before { if $0 == .publication { throw SupportError("away by now") } }
        try await ingester.store([folder.profile(0)])
        try await ingester.flush()
        #expect(folder.files("blocks").count == 1)
        #expect(try await folder.catalog.allBlocks(instance: ingester.instance).isEmpty)
        folder.catalog.before { _ in }
        await ingester.publishWaiting()
        await ingester.publishWaiting()
        #expect(try await folder.catalog.allBlocks(instance: ingester.instance).count == 1)
        await ingester.close()
    }

    @Test func aFailedFlushIsTriedAgainWithTheSameBlock() async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        try await ingester.store((0..<3).map { folder.profile($0) })
        let tmp = folder.path + "/ingester/tmp"
        #expect(run(["mv", tmp, tmp + "-away"]))
        await #expect(throws: (any Error).self) { try await ingester.flush() }
        try await ingester.store([folder.profile(3)])
        #expect(try await ingester.stacks(folder.catalog) == DataFolder.stacks(0..<4))
        #expect(run(["mv", tmp + "-away", tmp]))
        folder.advance(seconds: 90_000)
        try await ingester.flush()
        #expect(try await ingester.stacks(folder.catalog) == DataFolder.stacks(0..<4))
        try await ingester.flush()
        #expect(folder.files("blocks").count == 2)
        #expect(try await ingester.stacks(folder.catalog) == DataFolder.stacks(0..<4))
        await ingester.close()
        let again = try await folder.open()
        #expect(try await again.stacks(folder.catalog) == DataFolder.stacks(0..<4))
        await again.close()
    }

    @Test func oneDamagedBlockHoldsUpNoOther() async throws {
        let folder = try await DataFolder()
        let first = try await folder.open()
        folder.catalog.isAway = true
        for number in 0..<3 {
            folder.advance(seconds: 1)
            try await first.store([folder.profile(number, service: "service-\(number)")])
            try await first.flush()
        }
        await first.close()
        try Self.damageSymbols(folder.files("pending")[0])
        folder.catalog.isAway = false
        let ingester = try await folder.open()
        await ingester.publishWaiting()
        #expect(folder.files("pending").count == 1 && folder.files("blocks").count == 2)
        #expect(try await folder.catalog.allBlocks(instance: ingester.instance).count == 2)
        let trees = try await ingester.trees()
        #expect(trees.warnings.count == 1, "the answer says that a block is damaged")
        #expect(trees.answer.count == 2, "the other blocks answer")
        await ingester.close()
    }

    @Test func noAnswerHasAGapOrADoubleCountWhileFlushing() async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        let progress = Progress()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await Self.fill(ingester, folder, progress) }
            group.addTask { try await Self.flush(ingester, folder, progress) }
            for _ in 0..<2 { group.addTask { try await Self.ask(ingester, progress) } }
            try await group.waitForAll()
        }
        await ingester.publishWaiting()
        #expect(try await ingester.stacks(folder.catalog) == DataFolder.stacks(0..<240))
        await ingester.close()
        let again = try await folder.open()
        #expect(try await again.stacks(folder.catalog) == DataFolder.stacks(0..<240))
        await again.close()
    }

    /// How many profiles were sent and how many of them acknowledged.
    private final class Progress: Sendable {
        let sent = Atomic(0)
        let acknowledged = Atomic(0)
        let isDone = Atomic(false)
    }

    private static func fill(_ ingester: Ingester, _ folder: DataFolder, _ progress: Progress) async throws {
        defer { progress.isDone.store(true, ordering: .sequentiallyConsistent) }
        for number in 0..<240 {
            progress.sent.store(number + 1, ordering: .sequentiallyConsistent)
            try await ingester.store([folder.profile(number)])
            progress.acknowledged.store(number + 1, ordering: .sequentiallyConsistent)
        }
    }

    /// Flushes all the time, with the catalogue here and away in turns.
    private static func flush(_ ingester: Ingester, _ folder: DataFolder, _ progress: Progress) async throws {
        defer { folder.catalog.isAway = false }
        var count = 0
        while !progress.isDone.load(ordering: .sequentiallyConsistent) {
            try await ingester.flush()
            if count % 3 == 0 { folder.catalog.isAway.toggle() }
            await ingester.publishWaiting()
            count += 1
        }
    }

    /// Profile n has n + 1 nanoseconds, so a total tells which profiles answered: a prefix of what was sent
    /// that
    /// holds all that was acknowledged before the question.
    private static func ask(_ ingester: Ingester, _ progress: Progress) async throws {
        while !progress.isDone.load(ordering: .sequentiallyConsistent) {
            let least = progress.acknowledged.load(ordering: .sequentiallyConsistent)
            let total = try await ingester.total()
            let most = progress.sent.load(ordering: .sequentiallyConsistent)
            guard (least...most).contains(where: { Int64($0) * Int64($0 + 1) / 2 == total }) else {
                throw SupportError("\(total) is none of the sums of \(least)...\(most)")
            }
        }
    }

    /// Flips a bit in the middle of every 64 bytes of a block but its last part, so that it still opens.
    static func damageSymbols(_ path: String) throws {
        var bytes = Array(try Data(contentsOf: URL(filePath: path)))
        var offset = 96
        while offset < bytes.count / 2 {
            bytes[offset] ^= 0x10
            offset += 64
        }
        // Another file in its place: a mapped block must not change under a reader.
        try Data(bytes).write(to: URL(filePath: path), options: .atomic)
    }
}
