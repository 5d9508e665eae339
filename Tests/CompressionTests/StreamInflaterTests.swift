// SPDX-License-Identifier: Apache-2.0
import Compression
import Support
import Testing

@Suite struct StreamInflaterTests {
    static let formats: [StreamInflater.Format] = [.gzip, .zstd]

    private func packed(_ bytes: [UInt8], _ format: StreamInflater.Format) -> [UInt8] {
        switch format {
        case .gzip:
            var deflater = GzipDeflater()
            return deflater.deflate(bytes.span)
        case .zstd:
            var encoder = ZstdEncoder()
            return encoder.encode(bytes.span)
        }
    }

    private func inflate(
        _ packed: [UInt8],
        _ format: StreamInflater.Format,
        by step: Int,
        limit: Int = 1 << 20
    ) throws -> [UInt8] {
        var inflater = StreamInflater(format, limit: limit)
        var output: [UInt8] = []
        var start = 0
        while start < packed.count {
            let end = min(packed.count, start + step)
            inflater.feed(Array(packed[start..<end]))
            while let piece = try inflater.next() {
                #expect(piece.count <= StreamInflater.pieceByteCountMax)
                output += piece
            }
            start = end
        }
        try inflater.finish()
        return output
    }

    @Test(arguments: formats, [1, 7, 1_000, 1 << 20])
    func inflatesHoweverTheBodyIsCut(format: StreamInflater.Format, step: Int) throws {
        let bytes = sampleBytes(200_000)
        let body = self.packed(bytes, format) + self.packed(Array(bytes[..<10]), format)
        #expect(try self.inflate(body, format, by: step) == bytes + bytes[..<10])
        #expect(try StreamInflater.inflate(body, format, limit: 200_010) == bytes + bytes[..<10])
    }

    @Test(arguments: formats)
    func aBombCostsOnePieceAtATime(format: StreamInflater.Format) throws {
        let bomb = self.packed([UInt8](repeating: 0, count: 32 << 20), format)
        #expect(bomb.count < 64 << 10)
        var inflater = StreamInflater(format, limit: 1 << 20)
        inflater.feed(bomb)
        var made = 0
        #expect(throws: CompressionError.sizeLimit(1 << 20)) {
            while let piece = try inflater.next() {
                #expect(piece.count <= StreamInflater.pieceByteCountMax)
                made += piece.count
            }
        }
        #expect(made <= 1 << 20)
        #expect(throws: CompressionError.sizeLimit(1_000)) {
            try StreamInflater.inflate(bomb, format, limit: 1_000)
        }
    }

    @Test(arguments: formats)
    func refusesEveryTruncation(format: StreamInflater.Format) {
        let body = self.packed(sampleBytes(500), format)
        FuzzSeed.save([63] + body, for: "StreamInflaterFuzz")
        for count in 0..<body.count {
            let cut = Array(body[..<count])
            #expect(throws: CompressionError.truncated) { try self.inflate(cut, format, by: 64) }
        }
    }

    @Test(arguments: formats)
    func refusesGarbageBeforeAndBehind(format: StreamInflater.Format) {
        let body = self.packed(sampleBytes(500), format)
        for broken in [[9, 9, 9, 9, 9], body + [1, 2, 3, 4, 5]] {
            #expect(throws: CompressionError.corrupt) { try self.inflate(broken, format, by: 512) }
        }
    }

    @Test(arguments: formats)
    func everyFlippedBitIsSeenOrHarmless(format: StreamInflater.Format) {
        let bytes = sampleBytes(300)
        let body = self.packed(bytes, format)
        for index in body.indices {
            for bit in 0..<8 {
                var flipped = body
                flipped[index] ^= 1 << UInt8(bit)
                let result = try? StreamInflater.inflate(flipped, format, limit: 1 << 16)
                // Frames of ours carry no checksum in zstd; gzip's headers have bits that mean nothing.
                if format == .gzip, let result { #expect(result == bytes) }
                if let result { #expect(result.count <= 1 << 16) }
            }
        }
    }

    @Test func refusesWindowsThatTakeMuchMemory() {
        // A frame with a window of 2^27 bytes and no declared size.
        let frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x88, 0x01, 0x00, 0x00]
        #expect(throws: CompressionError.unsupported) { try self.inflate(frame, .zstd, by: 64) }
    }

    @Test func refusesTheFormatsOfZstdsFirstYears() throws {
        // Version 0.7, which libzstd itself still reads.
        let old: [UInt8] = [0x27, 0xB5, 0x2F, 0xFD, 0, 65, 0, 0, 0]
        var encoder = ZstdEncoder()
        let frame = encoder.encode([1, 2, 3].span)
        // A frame to be skipped, two bytes long.
        let skipped: [UInt8] = [0x5A, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 9, 9]
        for step in [1, 100] {
            #expect(throws: CompressionError.corrupt) { try self.inflate(old, .zstd, by: step) }
            #expect(throws: CompressionError.corrupt) { try self.inflate(frame + old, .zstd, by: step) }
            let body = skipped + frame + skipped + frame
            #expect(try self.inflate(body, .zstd, by: step) == [1, 2, 3, 1, 2, 3])
        }
    }

    @Test func refusesAFrameByWhatItDeclares() {
        // Magic, a single segment with an 8-byte content size of 2^62, no data.
        let huge: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0, 0, 0, 0, 0x40]
        #expect(throws: CompressionError.sizeLimit(1 << 20)) {
            try StreamInflater.inflate(huge, .zstd, limit: 1 << 20)
        }
        #expect(ZstdDecoder.declaredByteCount(huge.span) == 1 << 62)
        #expect(ZstdDecoder.sizeGuess(huge.span, limit: 1 << 20) == 1 << 20)
    }
}
