// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel
internal import SQLiteClient

extension SQLiteCatalog {
    func upsertSymbols(
        tenant: TenantID,
        service: String,
        functions: [FunctionSymbol],
        mappings: [MappingSymbol],
        seenAt: Int64
    ) async throws(CatalogError) -> SymbolIDs {
        try await self.write { db in
            let key = try Self.tenantKey(db, tenant)
            let dataset = try Self.datasetKey(db, tenant: key, service: service, seenAt: seenAt)
            let next = try db.rows(
                "select next_function, next_mapping from tenants where id = ?",
                [.int(key)]
            )[0]
            var nextFunction = try next.int(0)
            var nextMapping = try next.int(1)
            var ids = SymbolIDs(functions: [], mappings: [])
            for function in functions {
                let id = try Self.upsert(db, function, tenant: key, next: &nextFunction)
                try Self.sight(db, function: id, tenant: key, dataset: dataset, seenAt: seenAt)
                ids.functions.append(id)
            }
            for mapping in mappings {
                ids.mappings.append(try Self.upsert(db, mapping, tenant: key, next: &nextMapping))
            }
            try db.execute(
                "update tenants set next_function = ?, next_mapping = ? where id = ?",
                [.int(nextFunction), .int(nextMapping), .int(key)]
            )
            return ids
        }
    }

    func restoreSymbols(
        tenant: TenantID,
        service: String,
        functions: [Identified<FunctionSymbol>],
        mappings: [Identified<MappingSymbol>],
        seenAt: Int64
    ) async throws(CatalogError) {
        try await self.write { db in
            let key = try Self.tenantKey(db, tenant)
            let dataset = try Self.datasetKey(db, tenant: key, service: service, seenAt: seenAt)
            for function in functions {
                try Self.restore(db, function, tenant: key)
                try Self.sight(db, function: function.id, tenant: key, dataset: dataset, seenAt: seenAt)
            }
            for mapping in mappings { try Self.restore(db, mapping, tenant: key) }
            // Ids of an earlier catalogue lie in another range of 2²⁸ and are never handed out here.
            try db.execute(
                """
                update tenants set
                    next_function = max(next_function, coalesce((select max(id) + 1 from functions
                        where tenant_id = ?1 and id < ((next_function >> 28) + 1) << 28), 0)),
                    next_mapping = max(next_mapping, coalesce((select max(id) + 1 from mappings
                        where tenant_id = ?1 and id < ((next_mapping >> 28) + 1) << 28), 0))
                where id = ?1
                """,
                [.int(key)]
            )
        }
    }

    func functions(tenant: TenantID, ids: [Int64]) async throws(CatalogError) -> [FunctionSymbol?] {
        try await self.read { db in
            guard let key = try Self.knownTenantKey(db, tenant) else { return ids.map { _ in nil } }
            return try ids.map { id in
                try db.rows(
                    """
                    select name, system_name, file, start_line from functions where tenant_id = ? and id = ?
                    """,
                    [.int(key), .int(id)]
                ).first?.function(from: 0)
            }
        }
    }

    func functionNames(tenant: TenantID, ids: [Int64]) async throws(CatalogError) -> [String?] {
        try await self.read { db in
            guard let key = try Self.knownTenantKey(db, tenant) else { return ids.map { _ in nil } }
            return try ids.map { id in
                try db.rows(
                    "select name from functions where tenant_id = ? and id = ?",
                    [.int(key), .int(id)]
                ).first?.string(0)
            }
        }
    }

    func mappings(tenant: TenantID, ids: [Int64]) async throws(CatalogError) -> [MappingSymbol?] {
        try await self.read { db in
            guard let key = try Self.knownTenantKey(db, tenant) else { return ids.map { _ in nil } }
            return try ids.map { id in
                try db.rows(
                    "select build_id, file from mappings where tenant_id = ? and id = ?",
                    [.int(key), .int(id)]
                ).first.map { MappingSymbol(buildID: try $0.string(0), file: try $0.string(1)) }
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
            guard let key = try Self.knownTenantKey(db, tenant) else { return [] }
            let matches =
                switch matching {
                case .containing(let text):
                    try db.rows(
                        """
                        select id from functions where tenant_id = ? and instr(name, ?) > 0 order by id
                            limit ?
                        """,
                        [.int(key), .escaped(text), .int(Int64(limit))]
                    )
                case .equal(let text):
                    try db.rows(
                        "select id from functions where tenant_id = ? and name = ? order by id limit ?",
                        [.int(key), .escaped(text), .int(Int64(limit))]
                    )
                }
            return try CatalogRows.sightings(
                try matches.flatMap { match in
                    try db.rows(
                        """
                        select f.id, f.name, f.system_name, f.file, f.start_line, d.service,
                            s.first_seen, s.last_seen
                        from functions f
                            left join function_sightings s on s.tenant_id = f.tenant_id and
                                s.function_id = f.id
                            left join datasets d on d.id = s.dataset_id
                        where f.tenant_id = ? and f.id = ? order by d.service
                        """,
                        [.int(key), .int(try match.int(0))]
                    )
                }
            )
        }
    }

    private static func knownTenantKey(_ db: isolated SQLiteConnection, _ tenant: TenantID) throws -> Int64? {
        try db.rows("select id from tenants where name = ?", [.text(tenant.description)]).first?.int(0)
    }

    private static func upsert(
        _ db: isolated SQLiteConnection,
        _ function: FunctionSymbol,
        tenant: Int64,
        next: inout Int64
    ) throws -> Int64 {
        let key = SymbolKey.of(function)
        let known = try db.rows(
            "select id from functions where tenant_id = ? and key = ? order by id limit 1",
            [.int(tenant), .bytes(key)]
        )
        if let row = known.first { return try row.int(0) }
        try Self.insert(db, Identified(id: next, symbol: function), key: key, tenant: tenant)
        next += 1
        return next - 1
    }

    private static func upsert(
        _ db: isolated SQLiteConnection,
        _ mapping: MappingSymbol,
        tenant: Int64,
        next: inout Int64
    ) throws -> Int64 {
        let key = SymbolKey.of(mapping)
        let known = try db.rows(
            "select id from mappings where tenant_id = ? and key = ? order by id limit 1",
            [.int(tenant), .bytes(key)]
        )
        if let row = known.first { return try row.int(0) }
        try Self.insert(db, Identified(id: next, symbol: mapping), key: key, tenant: tenant)
        next += 1
        return next - 1
    }

    private static func restore(
        _ db: isolated SQLiteConnection,
        _ function: Identified<FunctionSymbol>,
        tenant: Int64
    ) throws {
        let key = SymbolKey.of(function.symbol)
        let known = try db.rows(
            "select key from functions where tenant_id = ? and id = ?",
            [.int(tenant), .int(function.id)]
        )
        if let row = known.first {
            guard try row.bytes(0) == key else { throw CatalogError.conflict(.symbolID) }
        } else {
            try Self.insert(db, function, key: key, tenant: tenant)
        }
    }

    private static func restore(
        _ db: isolated SQLiteConnection,
        _ mapping: Identified<MappingSymbol>,
        tenant: Int64
    ) throws {
        let key = SymbolKey.of(mapping.symbol)
        let known = try db.rows(
            "select key from mappings where tenant_id = ? and id = ?",
            [.int(tenant), .int(mapping.id)]
        )
        if let row = known.first {
            guard try row.bytes(0) == key else { throw CatalogError.conflict(.symbolID) }
        } else {
            try Self.insert(db, mapping, key: key, tenant: tenant)
        }
    }

    private static func insert(
        _ db: isolated SQLiteConnection,
        _ function: Identified<FunctionSymbol>,
        key: [UInt8],
        tenant: Int64
    ) throws {
        let symbol = function.symbol
        try db.execute(
            "insert into functions values(?, ?, ?, ?, ?, ?, ?)",
            [
                .int(tenant), .int(function.id), .bytes(key), .escaped(symbol.name),
                .escaped(symbol.systemName),
                .escaped(symbol.file), .int(symbol.startLine),
            ]
        )
    }

    private static func insert(
        _ db: isolated SQLiteConnection,
        _ mapping: Identified<MappingSymbol>,
        key: [UInt8],
        tenant: Int64
    ) throws {
        try db.execute(
            "insert into mappings values(?, ?, ?, ?, ?)",
            [
                .int(tenant), .int(mapping.id), .bytes(key), .escaped(mapping.symbol.buildID),
                .escaped(mapping.symbol.file),
            ]
        )
    }

    /// Notes that a service ran a function; see `symbolSeenResolution`.
    static func sight(
        _ db: isolated SQLiteConnection,
        function: Int64,
        tenant: Int64,
        dataset: Int64,
        seenAt: Int64
    ) throws {
        try db.execute(
            """
            insert into function_sightings values(?1, ?2, ?3, ?4, ?4)
            on conflict(tenant_id, function_id, dataset_id) do update set
                first_seen = min(first_seen, ?4), last_seen = max(last_seen, ?4)
            where ?4 < first_seen or ?4 - ?5 >= last_seen
            """,
            [.int(tenant), .int(function), .int(dataset), .int(seenAt), .int(symbolSeenResolution)]
        )
    }
}
