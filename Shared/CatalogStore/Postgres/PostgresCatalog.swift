// SPDX-License-Identifier: Apache-2.0
internal import EventLog
internal import PostgresClient
internal import ProfileModel
internal import Synchronization

/// The catalogue of a cluster, in PostgreSQL 15 or later.
///
/// It may be opened while the server is away: the tables are brought up to date before the first answer.
final class PostgresCatalog: Catalog {
    private let pool: PostgresPool
    private let isMigrated = Atomic(false)

    /// Checks the URL and connects when first asked.
    ///
    /// `logger` hears why a connection cannot be made.
    init(url: String, logger: Logger) throws(CatalogError) {
        do throws(PostgresError) {
            self.pool = try PostgresPool(url: url) { error in
                logger.warn("catalogue out of reach", ["cause": .string("\(error)")])
            }
        } catch {
            throw CatalogError(reading: error)
        }
    }

    /// One transaction; `body` may run again after a deadlock or a lost connection.
    func write<Result: Sendable>(
        _ body: @Sendable (isolated PostgresConnection) throws -> Result
    ) async throws(CatalogError) -> Result {
        do {
            try await self.migrate()
            return try await self.pool.transaction(body)
        } catch {
            throw CatalogError(reading: error)
        }
    }

    /// One read transaction.
    func read<Result: Sendable>(
        _ body: @Sendable (isolated PostgresConnection) throws -> Result
    ) async throws(CatalogError) -> Result {
        do {
            try await self.migrate()
            return try await self.pool.read(body)
        } catch {
            throw CatalogError(reading: error)
        }
    }

    private func migrate() async throws {
        guard !self.isMigrated.load(ordering: .acquiring) else { return }
        try await self.pool.migrate(PostgresSchema.migrations)
        self.isMigrated.store(true, ordering: .releasing)
    }

    func health() async throws(CatalogError) {
        _ = try await self.read { db in try db.rows("select version from catalog_version") }
    }

    // MARK: Ring

    func register(_ registration: InstanceRegistration) async throws(CatalogError) -> Int64 {
        try CatalogLimits.check(registration)
        return try await self.write { db in
            let rows = try db.rows(
                """
                insert into ring as r(key, instance, address, zone, roles, state, epoch, heartbeat)
                values($1, $2, $3, $4, $5, 1, 1, clock_timestamp())
                on conflict(key) do update set address = excluded.address, zone = excluded.zone,
                    roles = excluded.roles, state = 1, epoch = r.epoch + 1, heartbeat = excluded.heartbeat
                returning epoch
                """,
                [
                    .bytes(SymbolKey.of(registration.instance)), .escaped(registration.instance),
                    .escaped(registration.address), .escaped(registration.zone),
                    .text(CatalogText.joined(registration.roles)),
                ]
            )
            return try rows[0].int(0)
        }
    }

    func heartbeat(instance: String, epoch: Int64) async throws(CatalogError) {
        try await self.write { db in
            let count = try db.execute(
                "update ring set heartbeat = clock_timestamp() where key = $1 and epoch = $2 and state = 1",
                [.bytes(SymbolKey.of(instance)), .int(epoch)]
            )
            guard count == 1 else { throw CatalogError.conflict(.epoch) }
        }
    }

    func leave(instance: String, epoch: Int64) async throws(CatalogError) {
        try await self.write { db in
            let count = try db.execute(
                "update ring set state = 2 where key = $1 and epoch = $2",
                [.bytes(SymbolKey.of(instance)), .int(epoch)]
            )
            guard count == 1 else { throw CatalogError.conflict(.epoch) }
        }
    }

    func instances() async throws(CatalogError) -> [InstanceRecord] {
        try await self.read { db in
            try db.rows(
                """
                select instance, address, zone, roles, state, epoch,
                    (extract(epoch from clock_timestamp() - heartbeat) * 1000)::bigint
                from ring order by instance collate "C"
                """
            ).map { try $0.instance() }
        }
    }

    // MARK: Tenants

    func tenants() async throws(CatalogError) -> [TenantID] {
        try await self.read { db in
            try db.rows("select name from tenants order by name collate \"C\"").map { try $0.tenant(0) }
        }
    }

    func services(tenant: TenantID) async throws(CatalogError) -> [ServiceRecord] {
        try await self.read { db in
            let rows = try db.rows(
                """
                select d.id, d.service, d.last_seen, sum(y.profiles)::bigint, sum(y.samples)::bigint
                from tenants t join datasets d on d.tenant_id = t.id join dataset_days y on y.dataset_id
                    = d.id
                where t.name = $1 group by d.id
                """,
                [.text(tenant.description)]
            )
            let types = try db.rows(
                """
                select distinct d.id, y.profile_type
                from tenants t join datasets d on d.tenant_id = t.id join dataset_types y on
                    y.dataset_id = d.id
                where t.name = $1
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
                select s.name, s.value from tenants t join tenant_settings s on s.tenant_id = t.id where
                    t.name = $1
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
                    select t.name, s.name, s.value from tenants t join tenant_settings s on s.tenant_id = t.id
                    where left(s.name, length($1)) = $1
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
                    insert into tenant_settings values($1, $2, $3, $4)
                    on conflict(tenant_id, key) do update set value = excluded.value
                    """,
                    [.int(tenantKey), .bytes(SymbolKey.of(key)), .escaped(key), .escaped(json)]
                )
            } else {
                try db.execute(
                    "delete from tenant_settings where tenant_id = $1 and key = $2",
                    [.int(tenantKey), .bytes(SymbolKey.of(key))]
                )
            }
        }
    }

    // MARK: Keys

    /// The tenant's key in the tables; makes its row where missing.
    static func tenantKey(_ db: isolated PostgresConnection, _ tenant: TenantID) throws -> Int64 {
        let name = PostgresValue.text(tenant.description)
        if let row = try db.rows("select id from tenants where name = $1", [name]).first {
            return try row.int(0)
        }
        try db.execute(
            """
            insert into tenants(name, next_function, next_mapping) values($1, $2, $3) on conflict do nothing
            """,
            [name, .int(SymbolKey.firstID()), .int(SymbolKey.firstID())]
        )
        return try db.rows("select id from tenants where name = $1", [name])[0].int(0)
    }

    /// The dataset's key in the tables; makes its row where missing.
    static func datasetKey(_ db: isolated PostgresConnection, tenant: Int64, service: String) throws -> Int64
    {
        let dataset: [PostgresValue] = [.int(tenant), .bytes(SymbolKey.of(service))]
        if let row = try db.rows("select id from datasets where tenant_id = $1 and key = $2", dataset).first {
            return try row.int(0)
        }
        try db.execute(
            """
            insert into datasets(tenant_id, key, service, last_seen) values($1, $2, $3, $4) on conflict
                do nothing
            """,
            dataset + [.escaped(service), .int(.min)]
        )
        return try db.rows("select id from datasets where tenant_id = $1 and key = $2", dataset)[0].int(0)
    }

    /// Moves the dataset's `last_seen` forward; last in a transaction, as it locks a row that many want.
    static func touch(_ db: isolated PostgresConnection, dataset: Int64, seenAt: Int64) throws {
        try db.execute(
            "update datasets set last_seen = $2 where id = $1 and last_seen < $2",
            [.int(dataset), .int(seenAt)]
        )
    }
}

extension PostgresRow: CatalogRow {}

extension PostgresValue {
    /// Text that may hold U+0000.
    static func escaped(_ text: String) -> PostgresValue { .text(CatalogText.escaped(text)) }
}
