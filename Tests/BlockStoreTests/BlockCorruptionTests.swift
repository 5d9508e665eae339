// SPDX-License-Identifier: Apache-2.0
import BlockStore
import Support
import Testing

@Suite struct BlockCorruptionTests {
    private static let shape = ModelShape(
        profileCount: 3,
        sampleCountMax: 4,
        depthMax: 3,
        functionCount: 4,
        podCount: 1
    )

    private func tinyBlock() throws -> WrittenBlock {
        try WrittenBlock([DatasetModel(shape: Self.shape, seed: 21)], seed: 1)
    }

    private func open(_ bytes: [UInt8], _ checksums: ChecksumPolicy = .verify) throws(BlockError) -> Block {
        try Block(copying: bytes, cache: BlockCache(byteCountMax: 0), checksums: checksums)
    }

    @Test func everyTruncationIsFoundAtOpening() throws {
        let bytes = try self.tinyBlock().bytes
        for count in 0..<bytes.count {
            #expect(throws: BlockError.self) { _ = try self.open(Array(bytes[..<count])) }
            // What is cut off in front moves everything.
            #expect(throws: BlockError.self) { _ = try self.open(Array(bytes[(count + 1)...])) }
        }
    }

    /// No byte lies outside a checksum.
    @Test func everyFlippedBitIsFound() throws {
        let bytes = try self.tinyBlock().bytes
        for offset in bytes.indices {
            var flipped = bytes
            flipped[offset] ^= 1 << UInt8(offset % 8)
            #expect(throws: BlockError.self, "byte \(offset)") { try self.open(flipped).readEverything() }
        }
    }

    /// Behind the checksums every decoder stands alone: it may answer or throw, never trap.
    @Test(arguments: [true, false])
    func hostileBytesBehindTheChecksumsDoNotTrap(hasIDs: Bool) throws {
        var random = SplitMix(seed: 77)
        var refusedCount = 0
        for seed in UInt64(1)...4 {
            let model = DatasetModel(shape: Self.shape, seed: seed)
            let bytes = try WrittenBlock([model], seed: seed, hasIDs: hasIDs).bytes
            FuzzSeed.save(bytes, for: "BlockFuzz")
            for _ in 0..<400 {
                var mutated = bytes
                for _ in 0..<random.number(1...4) {
                    let offset = random.number(0...bytes.count - 1)
                    mutated[offset] = random.chance(50) ? UInt8(random.number(0...255)) : 0xFF
                }
                do throws(BlockError) {
                    try self.open(mutated, .ignore).readEverything()
                } catch {
                    refusedCount += 1
                }
            }
        }
        #expect(refusedCount > 100)
    }

    /// A frame may claim to hold terabytes: the claim is refused before memory is asked for.
    @Test func hostileSizesAreRefused() throws {
        let bytes = try self.tinyBlock().bytes
        for offset in bytes.indices.dropLast(8) {
            var mutated = bytes
            for step in 0..<8 { mutated[offset + step] = step == 7 ? 0x01 : 0xFF }
            do throws(BlockError) {
                try self.open(mutated, .ignore).readEverything()
            } catch {
                continue
            }
        }
    }

    @Test func aNewerFormatIsRefusedByName() throws {
        var bytes = try self.tinyBlock().bytes
        bytes[bytes.count - 14] = 9
        #expect(throws: BlockError.unsupported(minReader: 9)) { _ = try self.open(bytes, .ignore) }
    }

    @Test func whatIsNotABlockIsRefused() throws {
        for bytes in [[], [UInt8](repeating: 0, count: 128), [UInt8](repeating: 0xFF, count: 4_096)] {
            #expect(throws: BlockError.corrupt(.footer)) { _ = try self.open(bytes) }
        }
        #expect(throws: BlockError.self) {
            _ = try Block(path: "/nonexistent/block", cache: BlockCache(byteCountMax: 0))
        }
        #expect(throws: BlockError.corrupt(.footer)) {
            _ = try Block(path: "/", cache: BlockCache(byteCountMax: 0))
        }
    }
}
