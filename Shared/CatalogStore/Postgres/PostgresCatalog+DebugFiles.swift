// SPDX-License-Identifier: Apache-2.0
internal import PostgresClient
internal import ProfileModel

extension PostgresCatalog {
    func beginDebugFile(
        tenant: TenantID,
        _ file: DebugFileRecord,
        staleBefore: Int64,
        countMax: Int
    ) async throws(CatalogError) -> DebugFileStart {
        try CatalogLimits.check(file)
        return try await self.write { db in
            let key = try Self.tenantKey(db, tenant)
            try db.execute(
                """
                delete from debug_files where tenant_id = $1 and state = 0 and instance is null
                    and started_at < $2 and build_id <> $3
                """,
                [
                    .int(key), .int(staleBefore &- CatalogLimits.unfinishedDebugFileAge),
                    .escaped(file.buildID),
                ]
            )
            let known = try db.rows(
                "select state, started_at from debug_files where tenant_id = $1 and build_id = $2 for update",
                [.int(key), .escaped(file.buildID)]
            ).first
            let values: [PostgresValue] = [
                .int(key), .escaped(file.buildID), .escaped(file.goBuildID), .escaped(file.otelFileID),
                .escaped(file.name), .int(file.kind), .int(file.startedAt),
            ]
            if let known {
                if try known.int(0) != DebugFileRecord.State.uploading.rawValue { return .exists }
                guard try known.int(1) < staleBefore else { return .underWay }
                try db.execute(
                    """
                    update debug_files set go_build_id = $3, otel_file_id = $4, name = $5, kind = $6,
                        started_at = $7, finished_at = null
                    where tenant_id = $1 and build_id = $2
                    """,
                    values
                )
                return .again
            }
            let count = try db.rows("select count(*) from debug_files where tenant_id = $1", [.int(key)])
            guard try count[0].int(0) < Int64(countMax) else { return .tooMany }
            let added = try db.execute(
                """
                insert into debug_files(tenant_id, build_id, go_build_id, otel_file_id, name, kind, state,
                    started_at)
                values($1, $2, $3, $4, $5, $6, 0, $7) on conflict do nothing
                """,
                values
            )
            // Another process was faster by a moment.
            return added == 1 ? .first : .underWay
        }
    }

    func placeDebugFile(
        tenant: TenantID,
        buildID: String,
        startedAt: Int64,
        contents: DebugFileRecord.Contents
    ) async throws(CatalogError) -> Bool {
        try await self.write { db in
            try db.execute(
                """
                update debug_files set instance = $1, bytes = $2, has_symbols = $3, has_debug = $4
                where tenant_id = (select id from tenants where name = $5) and build_id = $6
                    and started_at = $7 and state = 0
                """,
                [
                    .escaped(contents.instance), .int(contents.byteCount),
                    .int(contents.hasSymbols ? 1 : 0), .int(contents.hasDebugSections ? 1 : 0),
                    .text(tenant.description), .escaped(buildID), .int(startedAt),
                ]
            ) == 1
        }
    }

    func finishDebugFile(
        tenant: TenantID,
        buildID: String,
        finishedAt: Int64
    ) async throws(CatalogError) -> DebugFileEnd {
        try await self.write { db in
            let finished = try db.execute(
                """
                update debug_files set state = 1, finished_at = $1
                where tenant_id = (select id from tenants where name = $2) and build_id = $3
                    and state = 0 and instance is not null
                """,
                [.int(finishedAt), .text(tenant.description), .escaped(buildID)]
            )
            guard finished == 0 else { return .finished }
            guard let file = try Self.debugFile(db, tenant, buildID) else { return .unknown }
            return file.state == .uploading ? .noFile : .notUploading
        }
    }

    func debugFile(tenant: TenantID, buildID: String) async throws(CatalogError) -> DebugFileRecord? {
        try await self.read { db in try Self.debugFile(db, tenant, buildID) }
    }

    func debugFiles(tenant: TenantID) async throws(CatalogError) -> [DebugFileRecord] {
        try await self.read { db in
            try db.rows(
                "select * from debug_file_rows where tenant = $1 order by build_id collate \"C\"",
                [.text(tenant.description)]
            ).map { try $0.debugFile() }
        }
    }

    func debugFileByteCount(tenant: TenantID) async throws(CatalogError) -> Int64 {
        try await self.read { db in
            try db.rows(
                "select coalesce(sum(bytes), 0)::bigint from debug_file_rows where tenant = $1",
                [.text(tenant.description)]
            )[0].int(0)
        }
    }

    func removeDebugFile(tenant: TenantID, buildID: String) async throws(CatalogError) {
        _ = try await self.write { db in
            try db.execute(
                """
                delete from debug_files
                where tenant_id = (select id from tenants where name = $1) and build_id = $2
                """,
                [.text(tenant.description), .escaped(buildID)]
            )
        }
    }

    private static func debugFile(
        _ db: isolated PostgresConnection,
        _ tenant: TenantID,
        _ buildID: String
    ) throws -> DebugFileRecord? {
        try db.rows(
            "select * from debug_file_rows where tenant = $1 and build_id = $2",
            [.text(tenant.description), .escaped(buildID)]
        ).first?.debugFile()
    }
}
