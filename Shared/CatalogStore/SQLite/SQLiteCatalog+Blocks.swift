// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel
internal import SQLiteClient

extension SQLiteCatalog {
    @discardableResult
    func publish(_ block: BlockRecord) async throws(CatalogError) -> PublishOutcome {
        try CatalogLimits.check(block)
        return try await self.write { db in
            let known = try db.rows(
                "select content_hash, state from blocks where id = ?",
                [.bytes(block.id.bytes)]
            )
            if let row = known.first {
                guard try row.bytes(0) == block.contentHash else {
                    throw CatalogError.conflict(.blockContent)
                }
                return try row.int(1) == 1 ? .alreadyPublished : .deleted
            }
            let version = try Self.nextVersion(db)
            try db.execute(
                "insert into blocks values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)",
                [
                    .bytes(block.id.bytes), .int(Int64(block.level)), .int(block.timeRange.first),
                    .int(block.timeRange.last), .int(block.byteCount), .escaped(block.path),
                    .escaped(block.instance), .int(block.epoch), .int(Int64(bitPattern: block.lsnLow)),
                    .int(Int64(bitPattern: block.lsnHigh)), .bytes(block.contentHash), .int(version),
                ]
            )
            for (position, dataset) in block.datasets.enumerated() {
                try Self.insert(db, dataset, of: block, position: position)
            }
            return .published
        }
    }

    func blocks(tenant: TenantID, range: TimeRange) async throws(CatalogError) -> [BlockRecord] {
        try await self.read { db in
            try CatalogRows.blocks(
                try db.rows(
                    """
                    select * from block_rows where tenant = ? and state = 1 and max_time >= ? and
                        min_time <= ?
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
                    select * from block_rows where instance = ? and state = 1 order by min_time, id,
                        position
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
                    "update blocks set state = 2, version = ? where id = ? and state = 1",
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
                    "select * from block_rows where version > ? order by version, id, position",
                    [.int(version)]
                ),
                since: version
            )
        }
    }

    private static func nextVersion(_ db: isolated SQLiteConnection) throws -> Int64 {
        try db.rows("update catalog_version set version = version + 1 returning version")[0].int(0)
    }

    private static func insert(
        _ db: isolated SQLiteConnection,
        _ dataset: BlockDataset,
        of block: BlockRecord,
        position: Int
    ) throws {
        let tenant = try Self.tenantKey(db, dataset.tenant)
        let lastSeen = block.timeRange.last
        let key = try Self.datasetKey(db, tenant: tenant, service: dataset.service, seenAt: lastSeen)
        let day = CatalogDay.of(lastSeen)
        let profiles = SQLiteValue.int(dataset.profileCount)
        let samples = SQLiteValue.int(dataset.sampleCount)
        try db.execute(
            "insert into block_datasets values(?, ?, ?, ?, ?, ?, ?)",
            [
                .bytes(block.id.bytes), .int(Int64(position)), .int(key), .int(day),
                .text(ProfileTypeText.encoded(dataset.profileTypes)), profiles, samples,
            ]
        )
        try db.execute(
            """
            insert into dataset_days values(?1, ?2, ?3, ?4, 1) on conflict(dataset_id, day) do update set
                profiles = profiles + ?3, samples = samples + ?4, blocks = blocks + 1
            """,
            [.int(key), .int(day), profiles, samples]
        )
        for type in dataset.profileTypes {
            try db.execute(
                "insert into dataset_types values(?, ?, ?) on conflict do nothing",
                [.int(key), .int(day), .text(ProfileTypeText.encoded([type]))]
            )
        }
    }

    /// Takes a deleted block out of the daily counts; a day without blocks forgets its profile types.
    private static func subtractCounts(_ db: isolated SQLiteConnection, of id: BlockID) throws {
        let datasets = try db.rows(
            "select dataset_id, day, profiles, samples from block_datasets where block_id = ?",
            [.bytes(id.bytes)]
        )
        for row in datasets {
            let key = SQLiteValue.int(try row.int(0))
            let day = SQLiteValue.int(try row.int(1))
            try db.execute(
                """
                update dataset_days set profiles = profiles - ?, samples = samples - ?, blocks = blocks - 1
                where dataset_id = ? and day = ?
                """,
                [.int(try row.int(2)), .int(try row.int(3)), key, day]
            )
            let isEmpty = try db.execute(
                "delete from dataset_days where dataset_id = ? and day = ? and blocks = 0",
                [key, day]
            )
            if isEmpty > 0 {
                try db.execute("delete from dataset_types where dataset_id = ? and day = ?", [key, day])
            }
        }
    }
}
