// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import EventLog
import Exposition
import FoundationEssentials
import Hearthctl
import Ingester
import ProfileModel
import Support
import Synchronization
import Testing

@Suite struct ControlCommandTests {
    private let folder: TemporaryFolder
    private var data: String { self.folder.path + "/data" }

    /// A folder with one published and one pending block of two profiles each.
    init() async throws {
        self.folder = try TemporaryFolder()
        let data = self.folder.path + "/data"
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        let catalog = try await openCatalog(url: "sqlite:\(data)/catalog.sqlite")
        try await Self.flush(["alpha", "beta"], data, catalog)
        // A server that is not there: the block stays without symbol ids.
        let away = try await openCatalog(url: "postgres://nobody@127.0.0.1:1/nowhere?connect_timeout=1")
        try await Self.flush(["gamma", "delta"], data, away)
    }

    private static func flush(_ functions: [String], _ data: String, _ catalog: any Catalog) async throws {
        var config = IngesterConfig()
        config.dataPath = data
        config.segmentByteCount = 1 << 20
        config.freeDiskByteCountMin = 0
        config.usedDiskPercentMax = 100
        let time: Int64 = 1_750_000_000_000_000_000
        let ingester = try await Ingester.open(
            config,
            Ingester.Surroundings(
                catalog: catalog,
                logger: .silent,
                metrics: MetricRegistry(),
                nanoseconds: { time },
                failed: { _ in }
            )
        )
        let profiles = functions.enumerated().map { index, name in
            IncomingProfile(
                tenant: .anonymous,
                labels: LabelSet([Label("__name__", "process_cpu"), Label("service_name", "shop")]),
                uid: ProfileUID(high: UInt64(name.utf8.first ?? 0), low: UInt64(index), isNamed: true),
                receivedNanoseconds: time,
                origin: .push,
                limits: ProfileLimits(),
                payload: TinyPprof([name, "main"], nanoseconds: 10, timeNanoseconds: time).bytes
            )
        }
        #expect(try await ingester.append(profiles) == [.stored, .stored])
        try await ingester.flush()
        await ingester.close()
    }

    /// Runs the command of a command line and returns what it says.
    private func run(_ words: String, confirmed: Bool = false, data: String? = nil) async throws -> [String] {
        var config = ControlConfig()
        config.dataPath = data ?? self.data
        config.isConfirmed = confirmed
        let command = try #require(ControlCommand(arguments: words.split(separator: " ").map(String.init)))
        let said = Mutex<[String]>([])
        try await command.run(config) { line in said.withLock { $0.append(line) } }
        return said.withLock { $0 }
    }

    private func blocks() throws -> [String] {
        let root = self.data + "/ingester"
        return try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(".pblk") }
            .sorted().map { "\(root)/\($0)" }
    }

    @Test func listsPublishedAndPendingBlocks() async throws {
        let lines = try await self.run("blocks list")
        #expect(lines.count == 4)
        #expect(lines[0].contains("published") && lines[0].contains("2 profiles"))
        #expect(lines[1] == "  anonymous shop: 1 series, 2 profiles, 2 samples")
        #expect(lines[2].contains("pending"))
    }

    @Test func verifiesSoundBlocks() async throws {
        #expect(try await self.run("blocks verify") == ["2 blocks are sound"])
    }

    @Test func namesTheDamagedBlock() async throws {
        let path = try self.blocks()[0]
        var bytes = Array(try Data(contentsOf: URL(filePath: path)))
        bytes[100] ^= 0x20
        try Data(bytes).write(to: URL(filePath: path), options: .atomic)
        await #expect(throws: ControlError.self) { try await self.run("blocks verify") }
    }

    @Test func aBlockThatCannotBeOpenedHidesNoOther() async throws {
        for path in try self.blocks() {
            try Data([1, 2, 3]).write(to: URL(filePath: path), options: .atomic)
        }
        do {
            _ = try await self.run("blocks verify")
            Issue.record("took what is no block")
        } catch let error as ControlError {
            #expect(error.description.contains("2 of 2 blocks are damaged"))
        }
    }

    @Test func rebuildBringsBackWhatDropForgot() async throws {
        let catalog = try await openCatalog(url: "sqlite:\(self.data)/catalog.sqlite")
        let before = try await catalog.findFunctions(
            tenant: .anonymous,
            matching: .containing(""),
            limit: 100
        )
        #expect(before.map(\.function.name).sorted() == ["alpha", "beta", "main"])
        #expect(try await self.run("symbols drop", confirmed: true) == ["symbols dropped"])
        let none = try await catalog.findFunctions(tenant: .anonymous, matching: .containing(""), limit: 100)
        #expect(none.isEmpty)
        for _ in 0..<2 {
            let said = try await self.run("symbols rebuild")
            #expect(said == ["3 functions of 2 blocks are in the symbol store"])
        }
        let after = try await catalog.findFunctions(tenant: .anonymous, matching: .containing(""), limit: 100)
        #expect(after.map(\.id).sorted() == before.map(\.id).sorted(), "under the ids of the block")
        #expect(after.map(\.function.name).sorted() == ["alpha", "beta", "main"])
    }

    @Test func dropsNothingWithoutAYes() async throws {
        await #expect(throws: ControlError.self) { try await self.run("symbols drop") }
        let catalog = try await openCatalog(url: "sqlite:\(self.data)/catalog.sqlite")
        let functions = try await catalog.findFunctions(
            tenant: .anonymous,
            matching: .equal("alpha"),
            limit: 1
        )
        #expect(functions.count == 1)
    }

    @Test func changesNothingInTheFolder() async throws {
        let unfinished = self.data + "/ingester/tmp/unfinished.pblk"
        try Data([1]).write(to: URL(filePath: unfinished))
        _ = try await self.run("blocks list")
        _ = try await self.run("blocks verify")
        #expect(FileManager.default.fileExists(atPath: unfinished), "a running server may be writing it")
    }

    @Test func saysWhatIsNoDataFolder() async throws {
        do {
            _ = try await self.run("blocks list", data: self.folder.path)
            Issue.record("listed the blocks of nothing")
        } catch let error as ControlError {
            #expect(error.description.contains("is no data folder"))
        }
    }

    @Test func knowsItsCommandsOnly() {
        #expect(ControlCommand(arguments: ["blocks", "list", "-data-path=x"]) == .blocksList)
        for wrong in [[], ["blocks"], ["list", "blocks"], ["blocks", "burn"], ["-help"]] {
            #expect(ControlCommand(arguments: wrong) == nil)
        }
        for command in ControlCommand.allCases {
            #expect(ControlCommand.usage.contains(command.words.joined(separator: " ")))
        }
    }
}
