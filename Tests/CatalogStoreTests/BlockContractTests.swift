// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import ProfileModel
import Support
import Testing

@Suite struct BlockContractTests {
    @Test(arguments: CatalogBackend.allCases)
    func publishesOnce(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let block = Sample.block(
                1,
                [Sample.dataset("cart"), Sample.dataset("api", types: [Sample.inuse])]
            )
            #expect(try await catalog.publish(block) == .published)
            #expect(try await catalog.publish(block) == .alreadyPublished)
            #expect(try await catalog.allBlocks(instance: "ingester-1") == [block])
            let services = try await catalog.services(tenant: Sample.tenant)
            #expect(services.map(\.name) == ["api", "cart"])
            #expect(services.map(\.profileCount) == [10, 10], "the second call counted nothing")
            #expect(services.map(\.profileTypes) == [[Sample.inuse], [Sample.cpu]])
            var other = block
            other.contentHash[0] ^= 1
            await #expect(throws: CatalogError.conflict(.blockContent)) { try await catalog.publish(other) }
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func concurrentPublicationsOfOneBlockCountOnce(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let block = Sample.block(1)
            let outcomes = try await withThrowingTaskGroup(of: PublishOutcome.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await retrying {
                            try await catalog.publish(block)
                        }
                    }
                }
                return try await group.reduce(into: [PublishOutcome]()) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == .published }.count == 1)
            #expect(outcomes.filter { $0 == .alreadyPublished }.count == 7)
            #expect(try await catalog.services(tenant: Sample.tenant).map(\.profileCount) == [10])
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func answersTheBlocksOfATenantInARange(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let other = try Sample.tenant("other")
            let shared = Sample.block(
                1,
                [Sample.dataset("cart"), Sample.dataset("cart", tenant: other, profiles: 3)],
                from: 100,
                to: 200
            )
            let late = Sample.block(2, from: 201, to: 300, instance: "ingester-2")
            for block in [late, shared] { try await catalog.publish(block) }
            func ids(_ tenant: TenantID, _ first: Int64, _ last: Int64) async throws -> [UInt64] {
                try await catalog.blocks(tenant: tenant, range: TimeRange(first: first, last: last)).map(
                    \.id.low
                )
            }
            #expect(try await ids(Sample.tenant, .min, .max) == [1, 2])
            #expect(try await ids(Sample.tenant, 200, 200) == [1])
            #expect(try await ids(Sample.tenant, 201, 201) == [2])
            #expect(try await ids(Sample.tenant, 0, 99) == [])
            #expect(try await ids(Sample.tenant, 301, .max) == [])
            #expect(try await ids(other, .min, .max) == [1])
            let seen = try await catalog.blocks(tenant: other, range: .all)
            #expect(seen.first?.datasets == [shared.datasets[1]], "another tenant's datasets stay hidden")
            #expect(try await catalog.allBlocks(instance: "ingester-2") == [late])
            #expect(try await catalog.tenants() == [Sample.tenant, other])
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func deletedBlocksStayDeleted(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let keep = Sample.block(1)
            let gone = Sample.block(
                2,
                [Sample.dataset("cart")],
                from: Sample.noon - Sample.day,
                to: Sample.noon - 1
            )
            for block in [keep, gone] { try await catalog.publish(block) }
            for _ in 0..<2 { try await catalog.markDeleted([gone.id, BlockID(high: 1, low: 1)]) }
            #expect(try await catalog.allBlocks(instance: "ingester-1") == [keep])
            #expect(try await catalog.blocks(tenant: Sample.tenant, range: .all) == [keep])
            #expect(try await catalog.publish(gone) == .deleted)
            let services = try await catalog.services(tenant: Sample.tenant)
            #expect(services.map(\.name) == ["checkout"], "a service without blocks is not listed")
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func tellsWhatChangedSince(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let blocks = (1...3).map { Sample.block($0, [Sample.dataset("cart"), Sample.dataset("api")]) }
            #expect(try await catalog.blocksChanged(since: 0) == BlockChanges.none)
            for block in blocks { try await catalog.publish(block) }
            let first = try await catalog.blocksChanged(since: 0)
            #expect(first.changes == blocks.map { .published($0) })
            #expect(try await catalog.blocksChanged(since: first.version).changes == [])
            try await catalog.markDeleted([blocks[0].id, blocks[2].id])
            let second = try await catalog.blocksChanged(since: first.version)
            #expect(Set(second.changes) == [.deleted(blocks[0].id), .deleted(blocks[2].id)])
            #expect(second.version > first.version)
            let all = try await catalog.blocksChanged(since: 0)
            #expect(all.changes.first == .published(blocks[1]))
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func followersMissNoChangeOfManyWriters(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            let seen = try await withThrowingTaskGroup(of: Void.self, returning: Set<UInt64>.self) { group in
                for writer in UInt64(0)..<6 {
                    group.addTask {
                        for step in UInt64(0)..<10 {
                            let block = Sample.block(writer * 10 + step)
                            try await retrying {
                                try await catalog.publish(block)
                            }
                        }
                    }
                }
                var seen: Set<UInt64> = []
                var version: Int64 = 0
                try await waitUntil("60 blocks") {
                    let since = version
                    let batch = try await retrying {
                        try await catalog.blocksChanged(since: since)
                    }
                    for case .published(let block) in batch.changes { seen.insert(block.id.low) }
                    version = batch.version
                    return seen.count >= 60
                }
                try await group.waitForAll()
                return seen
            }
            #expect(seen.count == 60)
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func hostileTextInBlocksComesBackUnchanged(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            for (number, text) in Sample.hostile.enumerated() {
                let type = ProfileType(
                    name: text,
                    sampleType: text,
                    sampleUnit: ":",
                    periodType: "",
                    periodUnit: text
                )
                var block = Sample.block(UInt64(number), [Sample.dataset(text, types: [type, Sample.cpu])])
                block.path = text
                block.instance = text
                try await catalog.publish(block)
                #expect(try await catalog.allBlocks(instance: text) == [block])
            }
            let services = try await catalog.services(tenant: Sample.tenant)
            #expect(services.map(\.name) == Sample.hostile.sorted())
        }
    }

    @Test(arguments: CatalogBackend.allCases)
    func refusesImpossibleBlocks(backend: CatalogBackend) async throws {
        try await backend.withCatalog { catalog in
            var backwards = Sample.block(1)
            backwards.timeRange = TimeRange(first: 2, last: 1)
            var covers = Sample.block(1)
            covers.lsnLow = covers.lsnHigh + 1
            for block in [
                backwards, covers, Sample.block(1, []), Sample.block(1, [Sample.dataset("a", profiles: -1)]),
            ] {
                await #expect(throws: CatalogError.invalid(.block)) { try await catalog.publish(block) }
            }
        }
    }
}
