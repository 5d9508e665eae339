// SPDX-License-Identifier: Apache-2.0
internal import PostgresClient

/// Finds ids and makes the missing ones: the same steps for functions and mappings.
enum SymbolUpsert {
    /// What `ids` answers for a key that the tenant does not have; real ids start at 2²⁸.
    static let missing: Int64 = 0

    /// Looks without a lock first: once a service is warm nothing is missing, and batches run side by side.
    static func run<Symbol: Hashable & Sendable>(
        _ symbols: [Symbol],
        keys: [[UInt8]],
        find: ([[UInt8]]) throws -> [Int64],
        lock: () throws -> Int64,
        insert: ([Identified<Symbol>], [[UInt8]], Int64) throws -> Void
    ) throws -> [Int64] {
        guard !symbols.isEmpty else { return [] }
        var ids = try find(keys)
        var missing = ids.indices.filter { ids[$0] == Self.missing }
        guard !missing.isEmpty else { return ids }
        // Others may have made them until the lock was ours; nobody makes any while we hold it.
        var next = try lock()
        for (index, id) in zip(missing, try find(missing.map { keys[$0] })) { ids[index] = id }
        missing = missing.filter { ids[$0] == Self.missing }
        guard !missing.isEmpty else { return ids }
        var new: [Identified<Symbol>] = []
        var newKeys: [[UInt8]] = []
        var idsByKey: [[UInt8]: Int64] = [:]
        for index in missing {
            if let id = idsByKey[keys[index]] {
                ids[index] = id
                continue
            }
            ids[index] = next
            idsByKey[keys[index]] = next
            new.append(Identified(id: next, symbol: symbols[index]))
            newKeys.append(keys[index])
            next += 1
        }
        try insert(new, newKeys, next)
        return ids
    }
}

/// Statements on `functions`.
enum FunctionTable {
    /// Takes the tenant's row, which orders those who add symbols, and returns the next free id.
    @discardableResult
    static func lock(_ db: isolated PostgresConnection, tenant: Int64) throws -> Int64 {
        try db.rows("select next_function from tenants where id = $1 for update", [.int(tenant)])[0].int(0)
    }

    static func ids(_ db: isolated PostgresConnection, keys: [[UInt8]], tenant: Int64) throws -> [Int64] {
        try db.rows(
            """
            select array_agg(coalesce(
                (select min(f.id) from functions f where f.tenant_id = $1 and f.key = u.key), 0) order by u.n)
            from unnest($2::bytea[]) with ordinality u(key, n)
            """,
            [.int(tenant), .byteStrings(keys)]
        )[0].ints(0)
    }

    /// How many of these distinct ids exist.
    static func count(_ db: isolated PostgresConnection, ids: [Int64], tenant: Int64) throws -> Int {
        try Int(
            db.rows(
                """
                select count(*) from unnest($2::bigint[]) u(id)
                    join functions f on f.tenant_id = $1 and f.id = u.id
                """,
                [.int(tenant), .ints(ids)]
            )[0].int(0)
        )
    }

    /// Adds rows; leaves those whose id is taken.
    static func insert(
        _ db: isolated PostgresConnection,
        _ functions: [Identified<FunctionSymbol>],
        keys: [[UInt8]],
        tenant: Int64
    ) throws {
        try db.execute(
            """
            insert into functions select $1, u.*
            from unnest($2::bigint[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::bigint[]) u
            on conflict(tenant_id, id) do nothing
            """,
            [
                .int(tenant), .ints(functions.map(\.id)), .byteStrings(keys),
                .texts(functions.map { CatalogText.escaped($0.symbol.name) }),
                .texts(functions.map { CatalogText.escaped($0.symbol.systemName) }),
                .texts(functions.map { CatalogText.escaped($0.symbol.file) }),
                .ints(functions.map(\.symbol.startLine)),
            ]
        )
    }

    /// Whether each id means the symbol with its key.
    static func agrees(
        _ db: isolated PostgresConnection,
        ids: [Int64],
        keys: [[UInt8]],
        tenant: Int64
    ) throws -> Bool {
        try db.rows(
            """
            select 1 from unnest($2::bigint[], $3::bytea[]) u(id, key)
                join functions f on f.tenant_id = $1 and f.id = u.id where f.key <> u.key limit 1
            """,
            [.int(tenant), .ints(ids), .byteStrings(keys)]
        ).isEmpty
    }
}

/// Statements on `mappings`.
enum MappingTable {
    /// Takes the tenant's row, which orders those who add symbols, and returns the next free id.
    @discardableResult
    static func lock(_ db: isolated PostgresConnection, tenant: Int64) throws -> Int64 {
        try db.rows("select next_mapping from tenants where id = $1 for update", [.int(tenant)])[0].int(0)
    }

    static func ids(_ db: isolated PostgresConnection, keys: [[UInt8]], tenant: Int64) throws -> [Int64] {
        try db.rows(
            """
            select array_agg(coalesce(
                (select min(m.id) from mappings m where m.tenant_id = $1 and m.key = u.key), 0) order by u.n)
            from unnest($2::bytea[]) with ordinality u(key, n)
            """,
            [.int(tenant), .byteStrings(keys)]
        )[0].ints(0)
    }

    /// Adds rows; leaves those whose id is taken.
    static func insert(
        _ db: isolated PostgresConnection,
        _ mappings: [Identified<MappingSymbol>],
        keys: [[UInt8]],
        tenant: Int64
    ) throws {
        try db.execute(
            """
            insert into mappings select $1, u.* from unnest($2::bigint[], $3::bytea[], $4::text[],
                $5::text[]) u
            on conflict(tenant_id, id) do nothing
            """,
            [
                .int(tenant), .ints(mappings.map(\.id)), .byteStrings(keys),
                .texts(mappings.map { CatalogText.escaped($0.symbol.buildID) }),
                .texts(mappings.map { CatalogText.escaped($0.symbol.file) }),
            ]
        )
    }

    /// Whether each id means the symbol with its key.
    static func agrees(
        _ db: isolated PostgresConnection,
        ids: [Int64],
        keys: [[UInt8]],
        tenant: Int64
    ) throws -> Bool {
        try db.rows(
            """
            select 1 from unnest($2::bigint[], $3::bytea[]) u(id, key)
                join mappings m on m.tenant_id = $1 and m.id = u.id where m.key <> u.key limit 1
            """,
            [.int(tenant), .ints(ids), .byteStrings(keys)]
        ).isEmpty
    }
}
