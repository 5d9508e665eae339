// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel
internal import SQLiteClient

extension SQLiteCatalog {
    func markSeen(
        tenant: TenantID,
        service: String,
        functions: [Int64],
        seenAt: Int64
    ) async throws(CatalogError) {
        try await self.write { db in
            let key = try Self.tenantKey(db, tenant)
            let dataset = try Self.datasetKey(db, tenant: key, service: service, seenAt: seenAt)
            for id in functions {
                let known = try db.rows(
                    "select 1 from functions where tenant_id = ? and id = ?",
                    [.int(key), .int(id)]
                )
                guard !known.isEmpty else { throw CatalogError.conflict(.symbolID) }
                try Self.sight(db, function: id, tenant: key, dataset: dataset, seenAt: seenAt)
            }
        }
    }

    func dropSymbols() async throws(CatalogError) {
        try await self.write { db in
            try db.execute("delete from function_sightings")
            try db.execute("delete from functions")
            try db.execute("delete from mappings")
            for tenant in try db.rows("select id from tenants") {
                try db.execute(
                    "update tenants set next_function = ?, next_mapping = ? where id = ?",
                    [.int(SymbolKey.firstID()), .int(SymbolKey.firstID()), .int(try tenant.int(0))]
                )
            }
        }
    }
}
