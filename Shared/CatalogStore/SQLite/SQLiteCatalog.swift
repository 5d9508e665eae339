// SPDX-License-Identifier: Apache-2.0
internal import EventLog
internal import ProfileModel
internal import SQLiteClient

/// The catalogue of a single process: one SQLite file.
final class SQLiteCatalog: Catalog {
    private let database: SQLiteDatabase
    /// Milliseconds since 1970.
    private let now: @Sendable () -> Int64

    /// Opens or creates the file at `path` and brings its tables up to date.
    init(path: String, now: @escaping @Sendable () -> Int64) async throws(CatalogError) {
        self.now = now
        do {
            self.database = try await SQLiteDatabase(path: path, migrations: SQLiteSchema.migrations)
        } catch {
            throw CatalogError(reading: error)
        }
    }

    /// One write transaction.
    func write<Result: Sendable>(
        _ body: @Sendable (isolated SQLiteConnection) throws -> sending Result
    ) async throws(CatalogError) -> Result {
        do {
            return try await self.database.write(body)
        } catch {
            throw CatalogError(reading: error)
        }
    }

    /// One read transaction.
    func read<Result: Sendable>(
        _ body: @Sendable (isolated SQLiteConnection) throws -> sending Result
    ) async throws(CatalogError) -> Result {
        do {
            return try await self.database.read(body)
        } catch {
            throw CatalogError(reading: error)
        }
    }

    /// Answers when the catalogue can be read.
    func health() async throws(CatalogError) {
        _ = try await self.read { db in try db.rows("select version from catalog_version") }
    }

    // MARK: Ring

    func register(_ registration: InstanceRegistration) async throws(CatalogError) -> Int64 {
        try CatalogLimits.check(registration)
        let now = self.now()
        return try await self.write { db in
            let rows = try db.rows(
                """
                insert into ring(instance, address, zone, roles, state, epoch, heartbeat)
                values(?1, ?2, ?3, ?4, 1, 1, ?5)
                on conflict(instance) do update set address = ?2, zone = ?3, roles = ?4, state = 1,
                    epoch = epoch + 1, heartbeat = ?5
                returning epoch
                """,
                [
                    .escaped(registration.instance), .escaped(registration.address),
                    .escaped(registration.zone),
                    .text(CatalogText.joined(registration.roles)), .int(now),
                ]
            )
            return try rows[0].int(0)
        }
    }

    func heartbeat(instance: String, epoch: Int64) async throws(CatalogError) {
        let now = self.now()
        try await self.write { db in
            let count = try db.execute(
                "update ring set heartbeat = ? where instance = ? and epoch = ? and state = 1",
                [.int(now), .escaped(instance), .int(epoch)]
            )
            guard count == 1 else { throw CatalogError.conflict(.epoch) }
        }
    }

    func leave(instance: String, epoch: Int64) async throws(CatalogError) {
        try await self.write { db in
            let count = try db.execute(
                "update ring set state = 2 where instance = ? and epoch = ?",
                [.escaped(instance), .int(epoch)]
            )
            guard count == 1 else { throw CatalogError.conflict(.epoch) }
        }
    }

    func instances() async throws(CatalogError) -> [InstanceRecord] {
        let now = self.now()
        return try await self.read { db in
            try db.rows(
                """
                select instance, address, zone, roles, state, epoch, ? - heartbeat from ring order by instance
                """,
                [.int(now)]
            ).map { try $0.instance() }
        }
    }

    // MARK: Tenants

    func tenants() async throws(CatalogError) -> [TenantID] {
        try await self.read { db in
            try db.rows("select name from tenants order by name").map { try $0.tenant(0) }
        }
    }

    func services(tenant: TenantID) async throws(CatalogError) -> [ServiceRecord] {
        try await self.read { db in
            let rows = try db.rows(
                """
                select d.id, d.service, d.last_seen, sum(y.profiles), sum(y.samples)
                from tenants t join datasets d on d.tenant_id = t.id join dataset_days y on y.dataset_id
                    = d.id
                where t.name = ? group by d.id
                """,
                [.text(tenant.description)]
            )
            let types = try db.rows(
                """
                select distinct d.id, y.profile_type
                from tenants t join datasets d on d.tenant_id = t.id join dataset_types y on
                    y.dataset_id = d.id
                where t.name = ?
                """,
                [.text(tenant.description)]
            )
            return try CatalogRows.services(rows, types: types)
        }
    }

    func settings(tenant: TenantID) async throws(CatalogError) -> [String: String] {
        try await self.read { db in
            let rows = try db.rows(
                """
                select s.key, s.value from tenants t join tenant_settings s on s.tenant_id = t.id where
                    t.name = ?
                """,
                [.text(tenant.description)]
            )
            return Dictionary(
                try rows.map { (try $0.string(0), try $0.string(1)) },
                uniquingKeysWith: { first, _ in first }
            )
        }
    }

    func settings(prefix: String) async throws(CatalogError) -> [TenantID: [String: String]] {
        try await self.read { db in
            try CatalogRows.settings(
                db.rows(
                    """
                    select t.name, s.key, s.value from tenants t join tenant_settings s on s.tenant_id = t.id
                    where substr(s.key, 1, length(?1)) = ?1
                    """,
                    [.escaped(prefix)]
                )
            )
        }
    }

    func set(_ json: String?, for key: String, tenant: TenantID) async throws(CatalogError) {
        try await self.write { db in
            let tenantKey = try Self.tenantKey(db, tenant)
            if let json {
                try db.execute(
                    """
                    insert into tenant_settings values(?1, ?2, ?3) on conflict(tenant_id, key) do update
                        set value = ?3
                    """,
                    [.int(tenantKey), .escaped(key), .escaped(json)]
                )
            } else {
                try db.execute(
                    "delete from tenant_settings where tenant_id = ? and key = ?",
                    [.int(tenantKey), .escaped(key)]
                )
            }
        }
    }

    // MARK: Keys

    /// The tenant's key in the tables; makes its row where missing.
    static func tenantKey(_ db: isolated SQLiteConnection, _ tenant: TenantID) throws -> Int64 {
        let name = SQLiteValue.text(tenant.description)
        if let row = try db.rows("select id from tenants where name = ?", [name]).first {
            return try row.int(0)
        }
        return try db.rows(
            "insert into tenants(name, next_function, next_mapping) values(?, ?, ?) returning id",
            [name, .int(SymbolKey.firstID()), .int(SymbolKey.firstID())]
        )[0].int(0)
    }

    /// The dataset's key in the tables; makes its row where missing and moves `last_seen` forward.
    static func datasetKey(
        _ db: isolated SQLiteConnection,
        tenant: Int64,
        service: String,
        seenAt: Int64
    ) throws -> Int64 {
        try db.rows(
            """
            insert into datasets(tenant_id, service, last_seen) values(?1, ?2, ?3)
            on conflict(tenant_id, service) do update set last_seen = max(last_seen, ?3) returning id
            """,
            [.int(tenant), .escaped(service), .int(seenAt)]
        )[0].int(0)
    }
}

extension SQLiteValue {
    /// Text that may hold U+0000.
    static func escaped(_ text: String) -> SQLiteValue { .text(CatalogText.escaped(text)) }
}
