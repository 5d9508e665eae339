// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import ProfileModel
import Support
import Testing

@Suite struct OpenCatalogTests {
    @Test(arguments: ["", "sqlite:", "mysql://x", "/var/lib/x", "sqlite", "file:x"])
    func refusesOtherURLs(url: String) async throws {
        await #expect(throws: CatalogError.invalid(.url)) { _ = try await openCatalog(url: url) }
    }

    @Test func reopensWhatItWrote() async throws {
        let folder = try TemporaryFolder()
        let url = "sqlite:\(folder.path)/catalog.sqlite"
        let block = Sample.block(1)
        var ids: [Int64] = []
        do {
            let catalog = try await openCatalog(url: url)
            ids = try await catalog.upsertFunctions([Sample.function("main")])
            try await catalog.publish(block)
        }
        let catalog = try await openCatalog(url: url)
        #expect(try await catalog.allBlocks(instance: block.instance) == [block])
        #expect(try await catalog.functionNames(tenant: Sample.tenant, ids: ids) == ["main"])
    }

    @Test func saysThatAFileIsNoCatalogue() async throws {
        let folder = try TemporaryFolder()
        try folder.write(Array(repeating: 0x41, count: 5_000), to: "catalog.sqlite")
        await #expect(throws: CatalogError.corrupt(code: "sqlite-26")) {
            _ = try await openCatalog(url: "sqlite:\(folder.path)/catalog.sqlite")
        }
    }
}
