// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import EventLog
import PostgresClient
import ProfileModel
import Support
import Testing

@Suite struct PostgresCatalogTests {
    @Test func answersUnavailableWhileTheServerIsAwayAndRecovers() async throws {
        let server = try PostgresServer()
        let catalog = try await openCatalog(url: try server.makeDatabase())
        try await catalog.publish(Sample.block(0))
        let isOver = Signal()
        try await withThrowingTaskGroup(of: Set<UInt64>.self) { group in
            for writer in UInt64(1)...3 {
                group.addTask { try await Self.publishUntil(isOver, writer: writer, catalog: catalog) }
            }
            try server.stop()
            for _ in 0..<5 {
                let error = await #expect(throws: CatalogError.self) { try await catalog.health() }
                guard case .unavailable(retryable: true, _) = error else {
                    Issue.record("got \(String(describing: error))")
                    continue
                }
            }
            try server.start()
            try await retrying { try await catalog.health() }
            isOver.raise()
            let acknowledged = try await group.reduce(into: [0] as Set<UInt64>) { $0.formUnion($1) }
            let kept = Set(try await catalog.allBlocks(instance: "ingester-1").map(\.id.low))
            #expect(kept.isSuperset(of: acknowledged), "what was answered is committed")
            #expect(acknowledged.count > 1)
            let counts = try await catalog.services(tenant: Sample.tenant).map(\.profileCount)
            #expect(counts == [Int64(kept.count) * 10], "nothing is counted twice")
        }
    }

    @Test func opensWhileTheServerIsAway() async throws {
        let server = try PostgresServer()
        let url = try server.makeDatabase()
        try server.stop()
        let lines = RecordingSink(lineCountMax: 10)
        let logger = EventLog(level: .info, sink: lines).logger("catalog")
        let catalog = try await openCatalog(url: url, logger: logger)
        await #expect(throws: CatalogError.unavailable(retryable: true, code: "postgres-connect")) {
            try await catalog.health()
        }
        try server.start()
        try await retrying { try await catalog.health() }
        #expect(try await catalog.publish(Sample.block(1)) == .published)
    }

    @Test func processesThatStartTogetherMigrateOnce() async throws {
        let url = try PostgresServer.shared().makeDatabase()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in UInt64(0)..<4 {
                group.addTask {
                    let catalog = try await openCatalog(url: url)
                    try await catalog.publish(Sample.block(number))
                }
            }
            try await group.waitForAll()
        }
        let catalog = try await openCatalog(url: url)
        #expect(try await catalog.allBlocks(instance: "ingester-1").count == 4)
    }

    @Test func refusesTablesOfALaterVersion() async throws {
        let url = try PostgresServer.shared().makeDatabase()
        try await openCatalog(url: url).health()
        let pool = try PostgresPool(url: url)
        try await pool.transaction { db in try db.execute("update schema_version set version = 1000") }
        let catalog = try await openCatalog(url: url)
        await #expect(throws: CatalogError.invalid(.migration)) { try await catalog.health() }
    }

    @Test func servesARoleThatMayNotChangeTables() async throws {
        let url = try PostgresServer.shared().makeDatabase()
        try await openCatalog(url: url).health()
        let pool = try PostgresPool(url: url)
        try await pool.transaction { db in
            try db.runScript(
                """
                do $$ begin create role reader login; exception when duplicate_object then null; end $$;
                revoke create on schema public from public;
                grant select, insert, update, delete on all tables in schema public to reader;
                """
            )
        }
        let catalog = try await openCatalog(url: url.replacing("user=hearth", with: "user=reader"))
        #expect(try await catalog.publish(Sample.block(1)) == .published)
        #expect(try await catalog.upsertFunctions([Sample.function("f")]).count == 1)
    }

    /// Publishes blocks of one writer until told to stop; returns those that were acknowledged.
    private static func publishUntil(
        _ isOver: Signal,
        writer: UInt64,
        catalog: any Catalog
    ) async throws -> Set<UInt64> {
        var acknowledged: Set<UInt64> = []
        var number = writer << 32
        let deadline = ContinuousClock.now + .seconds(60)
        while !isOver.isRaised, ContinuousClock.now < deadline {
            do {
                try await catalog.publish(Sample.block(number))
                acknowledged.insert(number)
                number += 1
            } catch .unavailable(retryable: true, _) {
                await Task.yield()
            }
        }
        return acknowledged
    }
}
