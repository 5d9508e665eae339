// SPDX-License-Identifier: Apache-2.0
import BlockStore
import Testing

@Suite struct BlockCacheTests {
    private func blocks(_ cache: BlockCache) throws -> [Block] {
        try (UInt64(1)...6).map { seed in
            let written = try WrittenBlock([DatasetModel(seed: seed)], seed: 1)
            return try Block(copying: written.bytes, cache: cache)
        }
    }

    @Test func staysWithinItsBytes() throws {
        let roomy = BlockCache(byteCountMax: 1 << 24)
        let all = try self.blocks(roomy)
        for block in all { try block.readEverything() }
        let needed = roomy.byteCount
        let tight = BlockCache(byteCountMax: needed / 3)
        let again = try self.blocks(tight)
        for _ in 0..<3 {
            for block in again {
                try block.readEverything()
                #expect(tight.byteCount <= needed / 3)
            }
        }
        withExtendedLifetime(again) { #expect(tight.byteCount > 0) }
        withExtendedLifetime(all) { #expect(roomy.byteCount == needed) }
    }

    @Test func forgetsBlocksThatAreGone() throws {
        let cache = BlockCache(byteCountMax: 1 << 24)
        var blocks = try self.blocks(cache)
        for block in blocks { try block.readEverything() }
        let full = cache.byteCount
        blocks.removeFirst(3)
        #expect(0 < cache.byteCount && cache.byteCount < full)
        blocks.removeAll()
        #expect(cache.byteCount == 0)
    }
}
