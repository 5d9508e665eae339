// SPDX-License-Identifier: Apache-2.0

extension PostgresPool {
    /// Applies the migrations that the database has not seen, all in one transaction.
    ///
    /// Processes that start together wait for each other. A database that is up to date is only read, so a
    /// role without the right to change tables can serve.
    package func migrate(_ migrations: [PostgresQuery]) async throws {
        let isCurrent = try await self.read { db in
            try Self.version(db, known: migrations.count) == migrations.count
        }
        if isCurrent { return }
        try await self.transaction { db in
            try db.execute("set local statement_timeout = 0")
            try db.execute("set local lock_timeout = 0")
            // The key is arbitrary: nobody else locks in this database.
            try db.execute("select pg_advisory_xact_lock(6814771004)")
            let version = try Self.version(db, known: migrations.count)
            for migration in migrations.dropFirst(version) { try db.runScript(migration) }
            if version == 0 {
                try db.execute("create table schema_version(version bigint not null)")
                try db.execute("insert into schema_version values(0)")
            }
            try db.execute("update schema_version set version = $1", [.int(Int64(migrations.count))])
        }
    }

    private static func version(_ db: isolated PostgresConnection, known: Int) throws -> Int {
        // Not `to_regclass`: it may answer from before the lock was ours.
        let tables = try db.rows(
            "select 1 from pg_tables where schemaname = 'public' and tablename = 'schema_version'"
        )
        if tables.isEmpty { return 0 }
        let found = Int(try db.rows("select version from schema_version")[0].int(0))
        guard 0...known ~= found else { throw PostgresError.newerSchema(found: found, known: known) }
        return found
    }
}
