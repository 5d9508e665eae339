// SPDX-License-Identifier: Apache-2.0
internal import PostgresClient
internal import ProfileModel

extension PostgresCatalog {
    func putDocument(
        tenant: TenantID,
        kind: DocumentKind,
        _ document: DocumentRecord,
        room: DocumentRoom
    ) async throws(CatalogError) -> DocumentOutcome {
        try CatalogLimits.check(document)
        return try await self.write { db in
            let key = try Self.tenantKey(db, tenant)
            // One writer of a tenant's documents at a time: who counts must not be overtaken.
            _ = try db.rows("select id from tenants where id = $1 for no key update", [.int(key)])
            let place: [PostgresValue] = [.int(key), .int(kind.rawValue)]
            let entries = try db.rows(
                """
                select name, modified_at, octet_length(body)::bigint from documents
                where tenant_id = $1 and kind = $2
                """,
                place
            ).map { try $0.documentEntry() }
            switch DocumentPlan(document, among: entries, room) {
            case .refuse(let outcome): return outcome
            case .store(let removed):
                for name in removed {
                    try db.execute(
                        "delete from documents where tenant_id = $1 and kind = $2 and name = $3",
                        place + [.escaped(name)]
                    )
                }
            }
            try db.execute(
                """
                insert into documents(tenant_id, kind, name, modified_at, body) values($1, $2, $3, $4, $5)
                on conflict(tenant_id, kind, name)
                    do update set modified_at = excluded.modified_at, body = excluded.body
                """,
                place + [.escaped(document.name), .int(document.modifiedAt), .bytes(document.body)]
            )
            return .stored
        }
    }

    func document(
        tenant: TenantID,
        kind: DocumentKind,
        name: String
    ) async throws(CatalogError) -> DocumentRecord? {
        try await self.read { db in
            try db.rows(
                """
                select d.name, d.modified_at, d.body from tenants t join documents d on d.tenant_id = t.id
                where t.name = $1 and d.kind = $2 and d.name = $3
                """,
                [.text(tenant.description), .int(kind.rawValue), .escaped(name)]
            ).first?.document()
        }
    }

    func documents(tenant: TenantID, kind: DocumentKind) async throws(CatalogError) -> [DocumentRecord] {
        try await self.read { db in
            try db.rows(
                """
                select d.name, d.modified_at, d.body from tenants t join documents d on d.tenant_id = t.id
                where t.name = $1 and d.kind = $2 order by d.name collate "C"
                """,
                [.text(tenant.description), .int(kind.rawValue)]
            ).map { try $0.document() }
        }
    }

    func documentEntries(tenant: TenantID, kind: DocumentKind) async throws(CatalogError) -> [DocumentEntry] {
        try await self.read { db in
            try db.rows(
                """
                select d.name, d.modified_at, octet_length(d.body)::bigint
                from tenants t join documents d on d.tenant_id = t.id
                where t.name = $1 and d.kind = $2 order by d.name collate "C"
                """,
                [.text(tenant.description), .int(kind.rawValue)]
            ).map { try $0.documentEntry() }
        }
    }

    func removeDocument(tenant: TenantID, kind: DocumentKind, name: String) async throws(CatalogError) {
        _ = try await self.write { db in
            try db.execute(
                """
                delete from documents
                where tenant_id = (select id from tenants where name = $1) and kind = $2 and name = $3
                """,
                [.text(tenant.description), .int(kind.rawValue), .escaped(name)]
            )
        }
    }
}
