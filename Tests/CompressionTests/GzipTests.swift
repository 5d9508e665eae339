// SPDX-License-Identifier: Apache-2.0
import Compression
import Testing

/// Bytes that compress, but not to nothing.
func sampleBytes(_ count: Int) -> [UInt8] {
    var state: UInt64 = 42
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 60)
    }
}

@Suite struct GzipTests {
    @Test(arguments: [0, 1, 100, 70_000])
    func roundTrips(count: Int) throws {
        let bytes = sampleBytes(count)
        var deflater = GzipDeflater()
        var inflater = GzipInflater()
        let packed = deflater.deflate(bytes.span)
        let isGzip = GzipInflater.isGzip(packed.span)
        #expect(isGzip)
        let once = try inflater.inflate(packed.span, limit: count)
        #expect(once == bytes)
        let again = try inflater.inflate(packed.span, limit: 1 << 20)
        #expect(again == bytes)
    }

    @Test func joinsSeveralMembers() throws {
        var deflater = GzipDeflater(level: 1)
        var inflater = GzipInflater()
        let first = sampleBytes(5_000)
        let second: [UInt8] = Array("tail".utf8)
        let packed = deflater.deflate(first.span) + deflater.deflate(second.span)
        let joined = try inflater.inflate(packed.span, limit: 1 << 20)
        #expect(joined == first + second)
    }

    @Test func refusesBombsAtTheLimit() {
        var deflater = GzipDeflater(level: 12)
        var inflater = GzipInflater()
        let bomb = deflater.deflate([UInt8](repeating: 0, count: 8 << 20).span)
        #expect(throws: CompressionError.sizeLimit(1 << 20)) {
            try inflater.inflate(bomb.span, limit: 1 << 20)
        }
        var lying = bomb
        lying.replaceSubrange(lying.count - 4..<lying.count, with: [1, 0, 0, 0])
        #expect(throws: CompressionError.sizeLimit(1 << 20)) {
            try inflater.inflate(lying.span, limit: 1 << 20)
        }
    }

    @Test func refusesEveryTruncationAndEveryFlippedTrailer() {
        var deflater = GzipDeflater()
        var inflater = GzipInflater()
        let packed = deflater.deflate(sampleBytes(500).span)
        for count in 0..<packed.count {
            let cut = Array(packed[..<count])
            #expect(throws: CompressionError.self) { try inflater.inflate(cut.span, limit: 1 << 20) }
        }
        for index in packed.count - 8..<packed.count {
            var flipped = packed
            flipped[index] ^= 1
            #expect(throws: CompressionError.self) { try inflater.inflate(flipped.span, limit: 1 << 20) }
        }
    }
}
