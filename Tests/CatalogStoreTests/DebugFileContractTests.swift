// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import ProfileModel
import Testing

@Suite struct DebugFileContractTests {
    private static let contents = DebugFileRecord.Contents(
        instance: "ingester-1",
        byteCount: 4_096,
        hasSymbols: true,
        hasDebugSections: false
    )

    private static func file(_ buildID: String, at startedAt: Int64 = Sample.noon) -> DebugFileRecord {
        DebugFileRecord(
            buildID: buildID,
            goBuildID: "go",
            otelFileID: "otel",
            name: "libshop.so",
            kind: 2,
            startedAt: startedAt
        )
    }

    private static func begin(
        _ catalog: any Catalog,
        _ file: DebugFileRecord,
        tenant: TenantID = Sample.tenant,
        staleBefore: Int64 = Sample.noon - 1_000,
        countMax: Int = 100
    ) async throws -> DebugFileStart {
        try await catalog.beginDebugFile(tenant: tenant, file, staleBefore: staleBefore, countMax: countMax)
    }

    @Test(arguments: CatalogBackend.allCases)
    func aFileGoesThroughItsStates(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let tenant = Sample.tenant
            #expect(try await catalog.debugFile(tenant: tenant, buildID: "ab") == nil)
            #expect(
                try await catalog.finishDebugFile(tenant: tenant, buildID: "ab", finishedAt: 1) == .unknown
            )
            let file = Self.file("ab")
            #expect(try await Self.begin(catalog, file) == .first)
            #expect(try await catalog.debugFile(tenant: tenant, buildID: "ab") == file)
            #expect(try await Self.begin(catalog, file) == .underWay)
            #expect(
                try await catalog.finishDebugFile(tenant: tenant, buildID: "ab", finishedAt: 1) == .noFile
            )
            let isPlaced = try await catalog.placeDebugFile(
                tenant: tenant,
                buildID: "ab",
                startedAt: file.startedAt,
                contents: Self.contents
            )
            #expect(isPlaced)
            #expect(
                try await catalog.finishDebugFile(tenant: tenant, buildID: "ab", finishedAt: 7) == .finished
            )
            var expected = file
            expected.state = .uploaded
            expected.finishedAt = 7
            expected.contents = Self.contents
            #expect(try await catalog.debugFile(tenant: tenant, buildID: "ab") == expected)
            #expect(try await catalog.debugFiles(tenant: tenant) == [expected])
            #expect(try await catalog.debugFileByteCount(tenant: tenant) == 4_096)
            #expect(
                try await catalog.finishDebugFile(tenant: tenant, buildID: "ab", finishedAt: 9)
                    == .notUploading
            )
            #expect(try await Self.begin(catalog, file, staleBefore: .max) == .exists)
            try await catalog.removeDebugFile(tenant: tenant, buildID: "ab")
            try await catalog.removeDebugFile(tenant: tenant, buildID: "ab")
            #expect(try await catalog.debugFiles(tenant: tenant).isEmpty)
            #expect(try await catalog.debugFileByteCount(tenant: tenant) == 0)
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func aStaleUploadBeginsAnewAndTheOldOneIsLost(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let old = Self.file("ab", at: Sample.noon - 5_000)
            #expect(try await Self.begin(catalog, old) == .first)
            let new = Self.file("ab", at: Sample.noon)
            #expect(try await Self.begin(catalog, new) == .again)
            for (startedAt, isPlaced) in [(old.startedAt, false), (new.startedAt, true)] {
                let answer = try await catalog.placeDebugFile(
                    tenant: Sample.tenant,
                    buildID: "ab",
                    startedAt: startedAt,
                    contents: Self.contents
                )
                #expect(answer == isPlaced)
            }
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func tenantsDoNotMeet(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let other = try Sample.tenant("other")
            #expect(try await Self.begin(catalog, Self.file("ab")) == .first)
            #expect(try await Self.begin(catalog, Self.file("ab"), tenant: other) == .first)
            try await catalog.removeDebugFile(tenant: other, buildID: "ab")
            #expect(try await catalog.debugFiles(tenant: Sample.tenant).map(\.buildID) == ["ab"])
            #expect(try await catalog.debugFiles(tenant: other).isEmpty)
            let isPlaced = try await catalog.placeDebugFile(
                tenant: other,
                buildID: "ab",
                startedAt: Sample.noon,
                contents: Self.contents
            )
            #expect(!isPlaced)
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func countsFilesAndForgetsWhatNeverCame(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            for buildID in ["02", "01"] {
                let answer1 = try await Self.begin(catalog, Self.file(buildID), countMax: 2)
                #expect(answer1 == .first)
            }
            let answer2 = try await catalog.debugFiles(tenant: Sample.tenant).map(\.buildID)
            #expect(answer2 == ["01", "02"])
            let answer3 = try await Self.begin(catalog, Self.file("03"), countMax: 2)
            #expect(answer3 == .tooMany)
            // Known ones are not new.
            let answer4 = try await Self.begin(catalog, Self.file("01"), countMax: 2)
            #expect(answer4 == .underWay)
            let later = Sample.noon + 2 * Sample.day
            let file = Self.file("03", at: later)
            let answer5 = try await Self.begin(catalog, file, staleBefore: later, countMax: 2)
            #expect(answer5 == .first)
            let answer6 = try await catalog.debugFiles(tenant: Sample.tenant).map(\.buildID)
            #expect(answer6 == ["03"])
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func hostileTextComesBackUnchanged(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            for (index, text) in Sample.hostile.enumerated() where text.utf8.count <= 1_024 {
                var file = Self.file("\(1_000 + index)")
                (file.name, file.goBuildID, file.otelFileID) = (text, text, text)
                let answer7 = try await Self.begin(catalog, file)
                #expect(answer7 == .first)
                let answer8 = try await catalog.debugFile(tenant: Sample.tenant, buildID: file.buildID)
                #expect(answer8 == file)
            }
            var large = Self.file("ab")
            large.name = String(repeating: "x", count: 1_025)
            await #expect(throws: CatalogError.invalid(.size)) { try await Self.begin(catalog, large) }
        }
    }
}
