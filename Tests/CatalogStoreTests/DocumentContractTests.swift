// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import ProfileModel
import Testing

@Suite struct DocumentContractTests {
    private static let wide = DocumentRoom(countMax: 100, byteCountMax: 1 << 20, makesRoom: false)

    private static func document(_ name: String, at time: Int64 = 10, _ body: String = "x") -> DocumentRecord
    {
        DocumentRecord(name: name, modifiedAt: time, body: Array(body.utf8))
    }

    private static func put(
        _ catalog: any Catalog,
        _ document: DocumentRecord,
        tenant: TenantID = Sample.tenant,
        kind: DocumentKind = .setting,
        room: DocumentRoom = Self.wide
    ) async throws -> DocumentOutcome {
        try await catalog.putDocument(tenant: tenant, kind: kind, document, room: room)
    }

    private static func names(_ catalog: any Catalog, kind: DocumentKind = .setting) async throws -> [String]
    {
        try await catalog.documentEntries(tenant: Sample.tenant, kind: kind).map(\.name)
    }

    @Test(arguments: CatalogBackend.allCases)
    func aDocumentIsPutReplacedAndRemoved(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let tenant = Sample.tenant
            #expect(try await catalog.document(tenant: tenant, kind: .setting, name: "b") == nil)
            for name in ["b", "a"] {
                let outcome = try await Self.put(catalog, Self.document(name))
                #expect(outcome == .stored)
            }
            let whole = try await catalog.documents(tenant: tenant, kind: .setting)
            #expect(whole == [Self.document("a"), Self.document("b")])
            let older = try await Self.put(catalog, Self.document("a", at: 9, "old"))
            #expect(older == .newerExists)
            let equal = try await Self.put(catalog, Self.document("a", at: 10, "new"))
            #expect(equal == .stored)
            let found = try await catalog.document(tenant: tenant, kind: .setting, name: "a")
            #expect(found == Self.document("a", at: 10, "new"))
            let entries = try await catalog.documentEntries(tenant: tenant, kind: .setting)
            #expect(entries.first == DocumentEntry(name: "a", modifiedAt: 10, byteCount: 3))
            try await catalog.removeDocument(tenant: tenant, kind: .setting, name: "a")
            try await catalog.removeDocument(tenant: tenant, kind: .setting, name: "a")
            #expect(try await Self.names(catalog) == ["b"])
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func tenantsAndKindsDoNotMeet(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let other = try Sample.tenant("other")
            for (tenant, kind, body) in [
                (Sample.tenant, DocumentKind.setting, "1"), (Sample.tenant, .adHocProfile, "2"),
                (other, .setting, "3"),
            ] {
                let outcome = try await Self.put(
                    catalog,
                    Self.document("a", at: 10, body),
                    tenant: tenant,
                    kind: kind
                )
                #expect(outcome == .stored)
            }
            try await catalog.removeDocument(tenant: Sample.tenant, kind: .setting, name: "a")
            #expect(try await Self.names(catalog) == [])
            #expect(try await Self.names(catalog, kind: .adHocProfile) == ["a"])
            let kept = try await catalog.document(tenant: other, kind: .setting, name: "a")
            #expect(kept?.body == Array("3".utf8))
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func aFullKindRefusesOrForgetsTheOldest(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            var room = DocumentRoom(countMax: 2, byteCountMax: 10, makesRoom: false)
            for (name, time) in [("a", Int64(5)), ("b", 3)] {
                let outcome = try await Self.put(catalog, Self.document(name, at: time, "1234"), room: room)
                #expect(outcome == .stored)
            }
            let third = Self.document("c", at: 6, "1234")
            let refused = try await Self.put(catalog, third, room: room)
            #expect(refused == .noRoom)
            // A known name needs no place, but its bytes count.
            let longer = try await Self.put(catalog, Self.document("a", at: 5, "1234567"), room: room)
            #expect(longer == .noRoom)
            let same = try await Self.put(catalog, Self.document("a", at: 5, "123456"), room: room)
            #expect(same == .stored)
            room.makesRoom = true
            let taken = try await Self.put(catalog, third, room: room)
            #expect(taken == .stored)
            #expect(try await Self.names(catalog) == ["a", "c"])
            let last = try await Self.put(catalog, Self.document("d", at: 7, "12345678"), room: room)
            #expect(last == .stored)
            #expect(try await Self.names(catalog) == ["d"])
            let huge = try await Self.put(catalog, Self.document("e", at: 8, "12345678901"), room: room)
            #expect(huge == .noRoom)
            #expect(try await Self.names(catalog) == ["d"])
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func hostileNamesAndAllBytesComeBackUnchanged(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let body = (0...255).map { UInt8($0) }
            for name in Sample.hostile where name.utf8.count <= CatalogLimits.documentNameByteCountMax {
                let document = DocumentRecord(name: name, modifiedAt: .max, body: body)
                let outcome = try await Self.put(catalog, document)
                #expect(outcome == .stored)
                let found = try await catalog.document(tenant: Sample.tenant, kind: .setting, name: name)
                #expect(found == document)
            }
            let long = Self.document(String(repeating: "x", count: 1_025))
            await #expect(throws: CatalogError.invalid(.size)) { try await Self.put(catalog, long) }
        }
    }
}
