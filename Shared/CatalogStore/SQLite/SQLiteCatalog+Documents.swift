// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel
internal import SQLiteClient

extension SQLiteCatalog {
    func putDocument(
        tenant: TenantID,
        kind: DocumentKind,
        _ document: DocumentRecord,
        room: DocumentRoom
    ) async throws(CatalogError) -> DocumentOutcome {
        try CatalogLimits.check(document)
        return try await self.write { db in
            let place: [SQLiteValue] = [.int(try Self.tenantKey(db, tenant)), .int(kind.rawValue)]
            let entries = try db.rows(
                "select name, modified_at, length(body) from documents where tenant_id = ? and kind = ?",
                place
            ).map { try $0.documentEntry() }
            switch DocumentPlan(document, among: entries, room) {
            case .refuse(let outcome): return outcome
            case .store(let removed):
                for name in removed {
                    try db.execute(
                        "delete from documents where tenant_id = ? and kind = ? and name = ?",
                        place + [.escaped(name)]
                    )
                }
            }
            try db.execute(
                """
                insert into documents(tenant_id, kind, name, modified_at, body) values(?1, ?2, ?3, ?4, ?5)
                on conflict(tenant_id, kind, name) do update set modified_at = ?4, body = ?5
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
                where t.name = ? and d.kind = ? and d.name = ?
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
                where t.name = ? and d.kind = ? order by d.name
                """,
                [.text(tenant.description), .int(kind.rawValue)]
            ).map { try $0.document() }
        }
    }

    func documentEntries(tenant: TenantID, kind: DocumentKind) async throws(CatalogError) -> [DocumentEntry] {
        try await self.read { db in
            try db.rows(
                """
                select d.name, d.modified_at, length(d.body)
                from tenants t join documents d on d.tenant_id = t.id
                where t.name = ? and d.kind = ? order by d.name
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
                where tenant_id = (select id from tenants where name = ?) and kind = ? and name = ?
                """,
                [.text(tenant.description), .int(kind.rawValue), .escaped(name)]
            )
        }
    }
}
