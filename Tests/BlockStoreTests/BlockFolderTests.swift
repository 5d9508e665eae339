// SPDX-License-Identifier: Apache-2.0
import BlockStore
import ProfileModel
import Support
import Testing

@Suite struct BlockFolderTests {
    private let root: TemporaryFolder
    private let cache = BlockCache(byteCountMax: 1 << 20)

    init() throws { self.root = try TemporaryFolder() }

    private var path: String { self.root.path + "/data" }

    private func open(_ files: any BlockFileSystem = SystemBlockFiles()) throws(BlockError) -> BlockFolder {
        try BlockFolder(path: self.path, cache: self.cache, files: files)
    }

    private func header(_ number: UInt64) -> BlockHeader {
        var header = WrittenBlock.header
        header.id = BlockID(high: 1, low: number)
        header.lsnLow = number * 100
        header.lsnHigh = number * 100 + 100
        return header
    }

    private func source(hasIDs: Bool = true, seed: UInt64 = 1) -> BlockSource {
        SnapshotBuilder.source(DatasetModel(seed: seed), seed: seed, hasIDs: hasIDs).source
    }

    private func names(_ folder: String) throws -> [String] {
        try SystemBlockFiles().list("\(self.path)/\(folder)")
    }

    @Test func publishedBlocksAreFoundAgain() throws {
        let folder = try self.open()
        for number in UInt64(1)...3 {
            let block = try folder.publish(self.header(number), [self.source(seed: number)])
            #expect(folder[block.description.header.id] == nil)
            folder.add(block)
        }
        #expect(try self.names("blocks/2023-11-14/0").count == 3)
        #expect(try self.names("tmp").isEmpty)
        let again = try self.open()
        #expect(again.all.map(\.description) == folder.all.map(\.description))
        #expect(again.byteCount == folder.byteCount)
        #expect(again.report.unreadable.isEmpty && again.report.removedCount == 0)
        #expect(again.coveredLSN(instance: "ingester-1") == 400)
        #expect(again.coveredLSN(instance: "ingester-2") == 0)
        for block in again.all { try block.readEverything() }
    }

    @Test func removedBlocksAnswerTheirLastReaders() throws {
        let folder = try self.open()
        let block = try folder.publish(self.header(1), [self.source()])
        folder.add(block)
        try folder.remove(self.header(1).id)
        #expect(folder.all.isEmpty)
        #expect(try self.names("blocks/2023-11-14/0").isEmpty)
        try block.readEverything()
        try folder.remove(self.header(1).id)
    }

    @Test func pendingBlocksWaitForTheirIDs() throws {
        let folder = try self.open()
        let pending = try folder.publish(self.header(1), [self.source(hasIDs: false)])
        folder.add(pending)
        #expect(try self.names("pending").count == 1)
        #expect(try self.open().coveredLSN(instance: "ingester-1") == 200)
        let ids = BlockSourceWithNames.symbolIDs(try pending.dictionary(dataset: 0).dictionary)
        let block = try folder.complete(pending, with: [ids])
        #expect(block.description.hasSymbolIDs)
        #expect(folder.all.map(\.description) == [block.description])
        #expect(try self.names("pending").isEmpty)
        let again = try self.open()
        #expect(again.all.map(\.description) == [block.description])
    }

    @Test func damagedFilesAreSetAside() throws {
        let folder = try self.open()
        for number in UInt64(1)...2 { _ = try folder.publish(self.header(number), [self.source()]) }
        let name = "\(self.header(1).id).pblk"
        try self.root.write([1, 2, 3], to: "data/blocks/2023-11-14/0/\(name)")
        try self.root.write([], to: "data/blocks/stray")
        try self.root.write([7], to: "data/tmp/unfinished.pblk")
        let again = try self.open()
        #expect(again.all.map(\.description.header.id) == [self.header(2).id])
        #expect(again.report.removedCount == 1)
        #expect(again.report.unreadable.map(\.isQuarantined).sorted { !$0 && $1 } == [false, true])
        #expect(try self.names("orphan") == [name])
        try again.quarantine(self.header(2).id)
        #expect(try self.names("orphan").count == 2 && again.all.isEmpty)
    }

    @Test func aBlockUnderAnotherNameIsSetAside() throws {
        let folder = try self.open()
        let block = try WrittenBlock([DatasetModel(seed: 1)], seed: 1)
        try self.root.write(block.bytes, to: "data/pending/\(BlockID(high: 9, low: 9)).pblk")
        #expect(try self.open().report.unreadable.map(\.error) == [.corrupt(.header)])
        #expect(folder.all.isEmpty)
    }

    /// Whatever call fails, the block is there whole or not at all, and the next try succeeds.
    @Test func publishingSurvivesTheFailureOfAnyCall() throws {
        let files = FaultyFiles()
        let folder = try self.open(files)
        files.arm(failing: .max)
        _ = try folder.publish(self.header(1), [self.source()])
        try #require(files.callCount > 8)
        for failing in 1...files.callCount {
            let header = self.header(UInt64(failing) + 10)
            let faulty = FaultyFiles()
            let broken = try self.open(faulty)
            faulty.arm(failing: failing)
            #expect(throws: BlockError.self, "call \(failing)") {
                _ = try broken.publish(header, [self.source()])
            }
            let again = try self.open()
            #expect(again.report.unreadable.isEmpty)
            #expect(try self.names("tmp").isEmpty)
            try again[header.id]?.readEverything()
            _ = try again.publish(header, [self.source()])
            let listed = try self.open()
            try #require(listed[header.id]).readEverything()
            #expect(listed.all.count == failing + 1)
        }
    }

    @Test func completingSurvivesTheFailureOfAnyCall() throws {
        let sample = try self.open().publish(self.header(1), [self.source(hasIDs: false)])
        let ids = BlockSourceWithNames.symbolIDs(try sample.dictionary(dataset: 0).dictionary)
        var failing = 0
        var isDone = false
        while !isDone {
            failing += 1
            try #require(failing < 100)
            let files = FaultyFiles()
            let folder = try self.open(files)
            let pending = try #require(folder[self.header(1).id])
            files.arm(failing: failing)
            do throws(BlockError) {
                try folder.complete(pending, with: [ids])
                isDone = true
            } catch {
                // It may be pending still, or done but for the removal of the pending file.
                let found = try self.open()
                #expect(found.report.unreadable.isEmpty, "call \(failing)")
                #expect(found.all.count == 1)
                for block in found.all { try block.readEverything() }
            }
        }
        #expect(failing > 8)
        #expect(try self.open().all.map(\.description.hasSymbolIDs) == [true])
        #expect(try self.names("pending").isEmpty)
    }
}
