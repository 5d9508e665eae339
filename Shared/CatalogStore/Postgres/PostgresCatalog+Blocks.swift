// SPDX-License-Identifier: Apache-2.0
internal import PostgresClient
internal import ProfileModel

extension PostgresCatalog {
    @discardableResult
    func publish(_ block: BlockRecord) async throws(CatalogError) -> PublishOutcome {
        try CatalogLimits.check(block)
        return try await self.write { db in
            if let outcome = try Self.known(db, block) { return outcome }
            // Rows of tenants and datasets come before the version's lock: nobody waits for us with them in
            // hand.
            let datasets = try block.datasets.map { dataset in
                let tenant = try Self.tenantKey(db, dataset.tenant)
                return try Self.datasetKey(db, tenant: tenant, service: dataset.service)
            }
            let version = try Self.nextVersion(db)
            if let outcome = try Self.known(db, block) { return outcome }
            try db.execute(
                "insert into blocks values($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12)",
                [
                    .bytes(block.id.bytes), .int(Int64(block.level)), .int(block.timeRange.first),
                    .int(block.timeRange.last), .int(block.byteCount), .escaped(block.path),
                    .escaped(block.instance), .int(block.epoch), .int(Int64(bitPattern: block.lsnLow)),
                    .int(Int64(bitPattern: block.lsnHigh)), .bytes(block.contentHash), .int(version),
                ]
            )
            for (position, (dataset, key)) in zip(block.datasets, datasets).enumerated() {
                try Self.insert(db, dataset, key: key, of: block, position: position)
            }
            return .published
        }
    }

    func blocks(tenant: TenantID, range: TimeRange) async throws(CatalogError) -> [BlockRecord] {
        try await self.read { db in
            try CatalogRows.blocks(
                try db.rows(
                    """
                    select * from block_rows where tenant = $1 and state = 1 and max_time >= $2 and
                        min_time <= $3
                    order by min_time, id, position
                    """,
                    [.text(tenant.description), .int(range.first), .int(range.last)]
                )
            )
        }
    }

    func allBlocks(instance: String) async throws(CatalogError) -> [BlockRecord] {
        try await self.read { db in
            try CatalogRows.blocks(
                try db.rows(
                    """
                    select * from block_rows
                    where left(instance, 200) = left($1, 200) and instance = $1 and state = 1
                    order by min_time, id, position
                    """,
                    [.escaped(instance)]
                )
            )
        }
    }

    func markDeleted(_ ids: [BlockID]) async throws(CatalogError) {
        try await self.write { db in
            let version = try Self.nextVersion(db)
            for id in ids {
                let isGone = try db.execute(
                    "update blocks set state = 2, version = $1 where id = $2 and state = 1",
                    [.int(version), .bytes(id.bytes)]
                )
                if isGone == 1 { try Self.subtractCounts(db, of: id) }
            }
        }
    }

    func blocksChanged(since version: Int64) async throws(CatalogError) -> BlockChanges {
        try await self.read { db in
            try CatalogRows.changes(
                try db.rows(
                    "select * from block_rows where version > $1 order by version, id, position",
                    [.int(version)]
                ),
                since: version
            )
        }
    }

    /// What is known of a block with this id; nil for nothing.
    private static func known(_ db: isolated PostgresConnection, _ block: BlockRecord) throws
        -> PublishOutcome?
    {
        let rows = try db.rows(
            "select content_hash, state from blocks where id = $1",
            [.bytes(block.id.bytes)]
        )
        guard let row = rows.first else { return nil }
        guard try row.bytes(0) == block.contentHash else { throw CatalogError.conflict(.blockContent) }
        return try row.int(1) == 1 ? .alreadyPublished : .deleted
    }

    /// Takes the lock that orders all changes of blocks, so that versions become visible in order.
    private static func nextVersion(_ db: isolated PostgresConnection) throws -> Int64 {
        try db.rows("update catalog_version set version = version + 1 returning version")[0].int(0)
    }

    private static func insert(
        _ db: isolated PostgresConnection,
        _ dataset: BlockDataset,
        key: Int64,
        of block: BlockRecord,
        position: Int
    ) throws {
        let day = CatalogDay.of(block.timeRange.last)
        let profiles = PostgresValue.int(dataset.profileCount)
        let samples = PostgresValue.int(dataset.sampleCount)
        try db.execute(
            "insert into block_datasets values($1, $2, $3, $4, $5, $6, $7)",
            [
                .bytes(block.id.bytes), .int(Int64(position)), .int(key), .int(day),
                .text(ProfileTypeText.encoded(dataset.profileTypes)), profiles, samples,
            ]
        )
        try db.execute(
            """
            insert into dataset_days as y values($1, $2, $3, $4, 1) on conflict(dataset_id, day) do update set
                profiles = y.profiles + excluded.profiles, samples = y.samples + excluded.samples,
                blocks = y.blocks + 1
            """,
            [.int(key), .int(day), profiles, samples]
        )
        let types = dataset.profileTypes.map { ProfileTypeText.encoded([$0]) }
        try db.execute(
            """
            insert into dataset_types select $1, $2, u.* from unnest($3::bytea[], $4::text[]) u on
                conflict do nothing
            """,
            [.int(key), .int(day), .byteStrings(types.map { SymbolKey.of($0) }), .texts(types)]
        )
        try Self.touch(db, dataset: key, seenAt: block.timeRange.last)
    }

    /// Takes a deleted block out of the daily counts; a day without blocks forgets its profile types.
    private static func subtractCounts(_ db: isolated PostgresConnection, of id: BlockID) throws {
        let datasets = try db.rows(
            "select dataset_id, day, profiles, samples from block_datasets where block_id = $1",
            [.bytes(id.bytes)]
        )
        for row in datasets {
            let key = PostgresValue.int(try row.int(0))
            let day = PostgresValue.int(try row.int(1))
            try db.execute(
                """
                update dataset_days set profiles = profiles - $3, samples = samples - $4, blocks = blocks - 1
                where dataset_id = $1 and day = $2
                """,
                [key, day, .int(try row.int(2)), .int(try row.int(3))]
            )
            let isEmpty = try db.execute(
                "delete from dataset_days where dataset_id = $1 and day = $2 and blocks = 0",
                [key, day]
            )
            if isEmpty > 0 {
                try db.execute("delete from dataset_types where dataset_id = $1 and day = $2", [key, day])
            }
        }
    }
}
