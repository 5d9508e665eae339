// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import HeadStore
import Ingester
import ProfileModel
import Support
import Testing
import WireAPI

@Suite struct OpeningTests {
    @Test func anotherProcessIsRefusedBeforeItTouchesAnything() async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        try await ingester.store([folder.profile(0)])
        let unfinished = folder.path + "/ingester/tmp/unfinished.pblk"
        try Data([1, 2, 3]).write(to: URL(filePath: unfinished))
        do {
            _ = try await folder.open()
            Issue.record("two ingesters have one folder")
        } catch {
            guard case IngesterStartError.inUse = error else { throw error }
        }
        #expect(FileManager.default.fileExists(atPath: unfinished), "it may be what the first one writes")
        await ingester.close()
        let next = try await folder.open()
        #expect(!FileManager.default.fileExists(atPath: unfinished))
        #expect(try await next.total() == 1)
        await next.close()
    }

    @Test func aBlockThatCannotBeOpenedNowEndsTheStart() async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        try await ingester.store([folder.profile(0)])
        let log = folder.copyNow()
        try await ingester.flush()
        await ingester.close()
        // The log is whole still: without the block its profile would be replayed, and be there twice later.
        run(["cp", "-a", "\(log)/ingester/wal", "\(folder.path)/ingester/"])
        let block = folder.files("blocks")[0]
        run(["mv", block, block + "-away"])
        run(["ln", "-s", block, block])
        do {
            _ = try await folder.open()
            Issue.record("started without a block that is there")
        } catch {
            guard case IngesterStartError.blocks = error else { throw error }
        }
        run(["rm", block])
        run(["mv", block + "-away", block])
        let again = try await folder.open()
        #expect(try await again.total() == 1)
        await again.close()
    }

    @Test func theFolderKeepsItsNameAndRefusesALogOfAnother() async throws {
        let folder = try await DataFolder()
        let named = try await folder.open(instance: "alpha")
        try await named.store([folder.profile(0)])
        await named.close()
        do {
            _ = try await folder.open(instance: "beta")
            Issue.record("read the log of another ingester")
        } catch {
            guard case IngesterStartError.log(LogOpenError.foreignInstance("alpha")) = error else {
                throw error
            }
        }
        let again = try await folder.open(instance: "alpha")
        try await again.flush()
        await again.close()
        let unnamed = try await folder.open()
        #expect(unnamed.instance == "alpha", "the folder remembers")
        await unnamed.close()
        let renamed = try await folder.open(instance: "beta")
        try await renamed.store([folder.profile(1)])
        #expect(try await renamed.append([folder.profile(0)]) == [.duplicate])
        try await renamed.flush()
        #expect(try await renamed.stacks(folder.catalog) == DataFolder.stacks(0..<2))
        await renamed.close()
        let back = try await folder.open(instance: "alpha")
        try await back.store([folder.profile(2)])
        #expect(try await back.stacks(folder.catalog) == DataFolder.stacks(0..<3))
        await back.close()
    }

    @Test func aMovedFolderIsTheSame() async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        try await ingester.store([folder.profile(0)])
        try await ingester.flush()
        try await ingester.store([folder.profile(1)])
        await ingester.close()
        let moved = folder.path + "-elsewhere"
        run(["mv", folder.path, moved])
        let elsewhere = try await folder.folder(at: moved)
        let again = try await elsewhere.open()
        #expect(again.instance == ingester.instance)
        #expect(try await again.stacks(elsewhere.catalog) == DataFolder.stacks(0..<2))
        await again.close()
    }
}
