// SPDX-License-Identifier: Apache-2.0
import Compression
import Testing

@Suite struct ZstdTests {
    @Test(arguments: [0, 1, 1_000, 200_000])
    func roundTrips(count: Int) throws {
        var encoder = ZstdEncoder()
        var decoder = ZstdDecoder()
        let bytes = sampleBytes(count)
        let frame = encoder.encode(bytes.span)
        let decoded = try decoder.decode(frame.span, limit: count)
        #expect(decoded == bytes)
        var output: [UInt8] = [1]
        let size = encoder.encode(bytes.span, appendingTo: &output)
        #expect(output.count == 1 + size)
    }

    @Test func refusesFramesThatDeclareTooMuch() {
        var encoder = ZstdEncoder()
        var decoder = ZstdDecoder()
        let frame = encoder.encode([UInt8](repeating: 7, count: 10_000).span)
        #expect(throws: CompressionError.sizeLimit(9_999)) { try decoder.decode(frame.span, limit: 9_999) }
        // Magic, single segment with an 8-byte content size of 2^62.
        let huge: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0, 0, 0, 0, 0x40]
        #expect(throws: CompressionError.sizeLimit(1 << 20)) { try decoder.decode(huge.span, limit: 1 << 20) }
    }

    @Test func boundsFramesOfUnknownSize() throws {
        var decoder = ZstdDecoder()
        // Magic, no content size, window of 1 KiB, one last RLE block of 5 bytes.
        let frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x00, 0x2B, 0x00, 0x00, 0x61]
        let decoded = try decoder.decode(frame.span, limit: 5)
        #expect(decoded == Array("aaaaa".utf8))
        #expect(throws: CompressionError.sizeLimit(4)) { try decoder.decode(frame.span, limit: 4) }
        let cut = Array(frame.dropLast())
        #expect(throws: CompressionError.truncated) { try decoder.decode(cut.span, limit: 5) }
        // A window of 2^27 bytes.
        let wide: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x88, 0x2B, 0x00, 0x00, 0x61]
        #expect(throws: CompressionError.unsupported) { try decoder.decode(wide.span, limit: 5) }
    }

    @Test func refusesEveryTruncation() {
        var encoder = ZstdEncoder()
        var decoder = ZstdDecoder()
        let frame = encoder.encode(sampleBytes(400).span)
        for count in 0..<frame.count {
            let cut = Array(frame[..<count])
            #expect(throws: CompressionError.self) { try decoder.decode(cut.span, limit: 400) }
        }
    }
}
