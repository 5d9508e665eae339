// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import Testing

@Suite struct ChecksumTests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func crc32cMatchesPublishedVectors() {
        #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
        #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.checksum([]) == 0)
    }

    @Test func crc32cOfPiecesIsCRC32COfTheWhole() {
        let bytes = (0..<100).map { UInt8(truncatingIfNeeded: $0 * 37) }
        for cut in 0...100 {
            let first = CRC32C.checksum(Array(bytes[..<cut]))
            #expect(CRC32C.checksum(Array(bytes[cut...]), seed: first) == CRC32C.checksum(bytes))
        }
    }

    @Test func xxh3MatchesPublishedVectors() {
        #expect(XXH3.hash64("") == 0x2D06_8005_38D3_94C2)
        let empty: [UInt8] = []
        let hash = XXH3.hash128(empty.span)
        #expect(hash == Hash128(high: 0x99AA_06D3_0147_98D8, low: 0x6001_C324_468D_497F))
        #expect(XXH3.hash64("hearth") == XXH3.hash64(Array("hearth".utf8).span))
        #expect(XXH3.hash64("hearth", seed: 1) != XXH3.hash64("hearth"))
    }

    @Test func sha256MatchesPublishedVectors() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(self.hex(SHA256.hash(Array("abc".utf8))) == abc)
        var pieces = SHA256()
        pieces.update(Array("a".utf8))
        pieces.update([])
        pieces.update(Array("bc".utf8))
        #expect(self.hex(pieces.finalize()) == abc)
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(self.hex(SHA256.hash([])) == empty)
    }
}
