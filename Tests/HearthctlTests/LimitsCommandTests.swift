// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import ConfigSchema
import Hearthctl
import ProfileModel
import Support
import Synchronization
import Testing

@Suite struct LimitsCommandTests {
    private let folder: TemporaryFolder

    init() throws { self.folder = try TemporaryFolder() }

    private var catalog: String { "sqlite:\(self.folder.path)/catalog.sqlite" }

    private func run(_ words: String...) async throws -> [String] {
        let command = try #require(ControlCommand(arguments: words))
        var config = ControlConfig()
        config.catalogURL = self.catalog
        config.operands = Array(words.dropFirst(2))
        let said = Mutex<[String]>([])
        try await command.run(config) { line in said.withLock { $0.append(line) } }
        return said.withLock { $0 }
    }

    @Test func limitsAreSetShownAndTakenAway() async throws {
        #expect(
            try await self.run("limits", "set", "team-a", "ingestion_rate_mb", "2.5") == [
                "team-a ingestion_rate_mb: 2.5"
            ]
        )
        let set = try await self.run("limits", "set", "team-a", "reject_older_than", "1h")
        #expect(set == [#"team-a reject_older_than: "1h""#])
        let list = try await self.run("limits", "list")
        #expect(list == ["team-a ingestion_rate_mb: 2.5", #"team-a reject_older_than: "1h""#])
        let shown = try await self.run("limits", "get", "team-a")
        #expect(shown.contains("* ingestion_rate_mb: 2.5"))
        #expect(shown.contains("  ingestion_burst_size_mb: 64"))
        #expect(try await self.run("limits", "unset", "team-a", "ingestion_rate_mb").count == 1)
        #expect(try await self.run("limits", "list").count == 1)
        let stored = try await openCatalog(url: self.catalog).settings(
            tenant: try TenantID(parsing: "team-a")
        )
        #expect(stored == ["limits.reject_older_than": #""1h""#])
    }

    @Test func whatMakesNoSenseIsNotStored() async throws {
        await #expect {
            try await self.run("limits", "set", "a", "ingestion_rat_mb", "2")
        } throws: { "\($0)".contains("unknown key ingestion_rat_mb; did you mean ingestion_rate_mb?") }
        await #expect {
            try await self.run("limits", "set", "a", "ingestion_rate_mb", "many")
        } throws: { "\($0)".contains("\"many\" is not allowed; give a number from 0 to 1000000") }
        await #expect(throws: ConfigError.self) {
            try await self.run("limits", "set", "a", "ingestion_relabeling_rules", "[{action: fly}]")
        }
        await #expect(throws: ControlError.self) {
            try await self.run("limits", "set", "a/b", "ingestion_rate_mb", "2")
        }
        await #expect(throws: ControlError.self) {
            try await self.run("limits", "set", "a", "ingestion_rate_mb")
        }
        await #expect(throws: ControlError.self) { try await self.run("limits", "list", "a") }
        await #expect(throws: ControlError.self) {
            try await self.run("limits", "unset", "a", "ingestion_rate_mb")
        }
        #expect(try await self.run("limits", "list").isEmpty)
    }
}
