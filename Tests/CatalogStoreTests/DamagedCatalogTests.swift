// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import PostgresClient
import ProfileModel
import SQLiteClient
import Support
import Testing

/// What nobody but another program can have written is reported as damage, and stops nothing else.
@Suite struct DamagedCatalogTests {
    @Test func namesWhatIsDamagedInAFile() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/catalog.sqlite"
        let catalog = try await openCatalog(url: "sqlite:\(path)")
        let ids = try await catalog.upsertFunctions([Sample.function("good"), Sample.function("bad")])
        try await catalog.publish(Sample.block(1))
        // No migrations of its own: the file's version is what the catalogue left.
        let known: [SQLiteQuery] = ["select 1", "select 1", "select 1"]
        let intruder = try await SQLiteDatabase(path: path, migrations: known)
        try await intruder.write { db in
            try db.execute("update functions set name = char(1) where name = 'bad'")
            try db.execute("update block_datasets set profile_types = 'cpu'")
        }
        await #expect(throws: CatalogError.corrupt(code: "text-escape")) {
            _ = try await catalog.functionNames(tenant: Sample.tenant, ids: ids)
        }
        #expect(try await catalog.functionNames(tenant: Sample.tenant, ids: [ids[0]]) == ["good"])
        await #expect(throws: CatalogError.corrupt(code: "text-list")) {
            _ = try await catalog.blocks(tenant: Sample.tenant, range: .all)
        }
    }

    @Test func namesWhatIsDamagedInADatabase() async throws {
        let url = try PostgresServer.shared().makeDatabase()
        let catalog = try await openCatalog(url: url)
        let ids = try await catalog.upsertFunctions([Sample.function("good"), Sample.function("bad")])
        let epoch = try await catalog.register(
            InstanceRegistration(instance: "i", address: "a", zone: "z", roles: [])
        )
        let pool = try PostgresPool(url: url)
        try await pool.transaction { db in
            try db.execute("update functions set name = chr(1) || 'x' where name = 'bad'")
            try db.execute("update ring set state = 77")
        }
        await #expect(throws: CatalogError.corrupt(code: "text-escape")) {
            _ = try await catalog.functionNames(tenant: Sample.tenant, ids: ids)
        }
        #expect(try await catalog.functionNames(tenant: Sample.tenant, ids: [ids[0]]) == ["good"])
        await #expect(throws: CatalogError.corrupt(code: "instance-state")) {
            _ = try await catalog.instances()
        }
        try await catalog.leave(instance: "i", epoch: epoch)
    }
}
