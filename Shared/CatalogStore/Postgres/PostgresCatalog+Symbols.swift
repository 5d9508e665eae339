// SPDX-License-Identifier: Apache-2.0
internal import PostgresClient
internal import ProfileModel

extension PostgresCatalog {
    func upsertSymbols(
        tenant: TenantID,
        service: String,
        functions: [FunctionSymbol],
        mappings: [MappingSymbol],
        seenAt: Int64
    ) async throws(CatalogError) -> SymbolIDs {
        var ids = SymbolIDs(functions: [], mappings: [])
        for batch in SymbolBatch.split(functions, mappings) {
            let part = try await self.upsert(batch, tenant: tenant, service: service, seenAt: seenAt)
            ids.functions += part.functions
            ids.mappings += part.mappings
        }
        return ids
    }

    func markSeen(
        tenant: TenantID,
        service: String,
        functions: [Int64],
        seenAt: Int64
    ) async throws(CatalogError) {
        for batch in SymbolBatch<Int64, Int64>.split(functions, []) {
            let ids = Set(batch.functions)
            try await self.write { db in
                let key = try Self.tenantKey(db, tenant)
                guard try FunctionTable.count(db, ids: Array(ids), tenant: key) == ids.count else {
                    throw CatalogError.conflict(.symbolID)
                }
                let dataset = try Self.datasetKey(db, tenant: key, service: service)
                try Self.sight(db, functions: Array(ids), tenant: key, dataset: dataset, seenAt: seenAt)
                try Self.touch(db, dataset: dataset, seenAt: seenAt)
            }
        }
    }

    func restoreSymbols(
        tenant: TenantID,
        service: String,
        functions: [Identified<FunctionSymbol>],
        mappings: [Identified<MappingSymbol>],
        seenAt: Int64
    ) async throws(CatalogError) {
        for batch in SymbolBatch.split(functions, mappings) {
            try await self.restore(batch, tenant: tenant, service: service, seenAt: seenAt)
        }
    }

    func functions(tenant: TenantID, ids: [Int64]) async throws(CatalogError) -> [FunctionSymbol?] {
        try await self.read { db in
            try db.rows(
                """
                select f.name, f.system_name, f.file, f.start_line
                from unnest($2::bigint[]) with ordinality u(id, n) left join functions f
                    on f.tenant_id = (select id from tenants where name = $1) and f.id = u.id order by u.n
                """,
                [.text(tenant.description), .ints(ids)]
            ).map { row in row.isNull(0) ? nil : try row.function(from: 0) }
        }
    }

    func functionNames(tenant: TenantID, ids: [Int64]) async throws(CatalogError) -> [String?] {
        try await self.read { db in
            try db.rows(
                """
                select f.name from unnest($2::bigint[]) with ordinality u(id, n) left join functions f
                    on f.tenant_id = (select id from tenants where name = $1) and f.id = u.id order by u.n
                """,
                [.text(tenant.description), .ints(ids)]
            ).map { row in row.isNull(0) ? nil : try row.string(0) }
        }
    }

    func mappings(tenant: TenantID, ids: [Int64]) async throws(CatalogError) -> [MappingSymbol?] {
        try await self.read { db in
            try db.rows(
                """
                select m.build_id, m.file from unnest($2::bigint[]) with ordinality u(id, n) left join
                    mappings m
                    on m.tenant_id = (select id from tenants where name = $1) and m.id = u.id order by u.n
                """,
                [.text(tenant.description), .ints(ids)]
            ).map { row in
                row.isNull(0) ? nil : MappingSymbol(buildID: try row.string(0), file: try row.string(1))
            }
        }
    }

    func findFunctions(
        tenant: TenantID,
        matching: NameMatch,
        limit: Int
    ) async throws(CatalogError) -> [FunctionSighting] {
        try CatalogLimits.check(limit: limit)
        return try await self.read { db in
            let matches =
                switch matching {
                case .containing(let text):
                    try db.rows(
                        """
                        select id from functions where tenant_id = (select id from tenants where name = $1)
                            and position($2 in name) > 0 order by id limit $3
                        """,
                        [.text(tenant.description), .escaped(text), .int(Int64(limit))]
                    )
                case .equal(let text):
                    try db.rows(
                        """
                        select id from functions where tenant_id = (select id from tenants where name = $1)
                            and left(name, 200) = left($2, 200) and name = $2 order by id limit $3
                        """,
                        [.text(tenant.description), .escaped(text), .int(Int64(limit))]
                    )
                }
            return try CatalogRows.sightings(
                try db.rows(
                    """
                    select f.id, f.name, f.system_name, f.file, f.start_line, d.service, s.first_seen,
                        s.last_seen
                    from unnest($2::bigint[]) u(id)
                        join functions f on f.tenant_id = (select id from tenants where name = $1) and
                            f.id = u.id
                        left join function_sightings s on s.tenant_id = f.tenant_id and s.function_id = f.id
                        left join datasets d on d.id = s.dataset_id
                    order by f.id, d.service collate "C"
                    """,
                    [.text(tenant.description), .ints(try matches.map { try $0.int(0) })]
                )
            )
        }
    }

    func dropSymbols() async throws(CatalogError) {
        try await self.write { db in
            // Waits for upserts under way and keeps new ones out until the tables are empty.
            try db.execute("select 1 from tenants order by id for update")
            try db.execute("delete from function_sightings")
            try db.execute("delete from functions")
            try db.execute("delete from mappings")
            for tenant in try db.rows("select id from tenants") {
                try db.execute(
                    "update tenants set next_function = $2, next_mapping = $3 where id = $1",
                    [.int(try tenant.int(0)), .int(SymbolKey.firstID()), .int(SymbolKey.firstID())]
                )
            }
        }
    }

    private func upsert(
        _ batch: SymbolBatch<FunctionSymbol, MappingSymbol>,
        tenant: TenantID,
        service: String,
        seenAt: Int64
    ) async throws(CatalogError) -> SymbolIDs {
        let functionKeys = batch.functions.map { SymbolKey.of($0) }
        let mappingKeys = batch.mappings.map { SymbolKey.of($0) }
        return try await self.write { db in
            let key = try Self.tenantKey(db, tenant)
            let dataset = try Self.datasetKey(db, tenant: key, service: service)
            let ids = SymbolIDs(
                functions: try Self.upsert(db, batch.functions, keys: functionKeys, tenant: key),
                mappings: try Self.upsert(db, batch.mappings, keys: mappingKeys, tenant: key)
            )
            try Self.sight(db, functions: ids.functions, tenant: key, dataset: dataset, seenAt: seenAt)
            try Self.touch(db, dataset: dataset, seenAt: seenAt)
            return ids
        }
    }

    private func restore(
        _ batch: SymbolBatch<Identified<FunctionSymbol>, Identified<MappingSymbol>>,
        tenant: TenantID,
        service: String,
        seenAt: Int64
    ) async throws(CatalogError) {
        let functionKeys = batch.functions.map { SymbolKey.of($0.symbol) }
        let mappingKeys = batch.mappings.map { SymbolKey.of($0.symbol) }
        try await self.write { db in
            let key = try Self.tenantKey(db, tenant)
            let dataset = try Self.datasetKey(db, tenant: key, service: service)
            try FunctionTable.lock(db, tenant: key)
            try FunctionTable.insert(db, batch.functions, keys: functionKeys, tenant: key)
            try MappingTable.insert(db, batch.mappings, keys: mappingKeys, tenant: key)
            let ids = batch.functions.map(\.id)
            guard try FunctionTable.agrees(db, ids: ids, keys: functionKeys, tenant: key),
                try MappingTable.agrees(db, ids: batch.mappings.map(\.id), keys: mappingKeys, tenant: key)
            else { throw CatalogError.conflict(.symbolID) }
            // Ids of an earlier catalogue lie in another range of 2²⁸ and are never handed out here.
            try db.execute(
                """
                update tenants set
                    next_function = greatest(next_function, (select max(id) + 1 from functions
                        where tenant_id = $1 and id < ((next_function >> 28) + 1) << 28)),
                    next_mapping = greatest(next_mapping, (select max(id) + 1 from mappings
                        where tenant_id = $1 and id < ((next_mapping >> 28) + 1) << 28))
                where id = $1
                """,
                [.int(key)]
            )
            try Self.sight(db, functions: ids, tenant: key, dataset: dataset, seenAt: seenAt)
            try Self.touch(db, dataset: dataset, seenAt: seenAt)
        }
    }

    /// Ids of the functions; makes those that are missing.
    private static func upsert(
        _ db: isolated PostgresConnection,
        _ functions: [FunctionSymbol],
        keys: [[UInt8]],
        tenant: Int64
    ) throws -> [Int64] {
        try SymbolUpsert.run(
            functions,
            keys: keys,
            find: { keys in try FunctionTable.ids(db, keys: keys, tenant: tenant) },
            lock: { try FunctionTable.lock(db, tenant: tenant) },
            insert: { symbols, keys, next in
                try FunctionTable.insert(db, symbols, keys: keys, tenant: tenant)
                try db.execute(
                    "update tenants set next_function = $2 where id = $1",
                    [.int(tenant), .int(next)]
                )
            }
        )
    }

    /// Ids of the mappings; makes those that are missing.
    private static func upsert(
        _ db: isolated PostgresConnection,
        _ mappings: [MappingSymbol],
        keys: [[UInt8]],
        tenant: Int64
    ) throws -> [Int64] {
        try SymbolUpsert.run(
            mappings,
            keys: keys,
            find: { keys in try MappingTable.ids(db, keys: keys, tenant: tenant) },
            lock: { try MappingTable.lock(db, tenant: tenant) },
            insert: { symbols, keys, next in
                try MappingTable.insert(db, symbols, keys: keys, tenant: tenant)
                try db.execute(
                    "update tenants set next_mapping = $2 where id = $1",
                    [.int(tenant), .int(next)]
                )
            }
        )
    }

    /// Notes that a service ran functions, in id order, so that two batches never wait for each other.
    private static func sight(
        _ db: isolated PostgresConnection,
        functions: [Int64],
        tenant: Int64,
        dataset: Int64,
        seenAt: Int64
    ) throws {
        guard !functions.isEmpty else { return }
        try db.execute(
            """
            insert into function_sightings as seen(tenant_id, function_id, dataset_id, first_seen, last_seen)
            select $1, u.id, $2, $4, $4
            from (select distinct unnest($3::bigint[]) as id) u left join function_sightings s
                on s.tenant_id = $1 and s.function_id = u.id and s.dataset_id = $2
            where s.function_id is null or $4 < s.first_seen or $4 - $5 >= s.last_seen
            order by u.id
            on conflict(tenant_id, function_id, dataset_id) do update set
                first_seen = least(seen.first_seen, excluded.first_seen),
                last_seen = greatest(seen.last_seen, excluded.last_seen)
            """,
            [.int(tenant), .int(dataset), .ints(functions), .int(seenAt), .int(symbolSeenResolution)]
        )
    }
}
