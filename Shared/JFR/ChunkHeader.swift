// SPDX-License-Identifier: Apache-2.0

/// The 68 bytes before each chunk of a recording, all numbers big-endian (spec/ingest 3.2).
struct ChunkHeader: Equatable {
    static let byteCount = 68

    /// The whole chunk, header included.
    var size: Int
    /// Where the first pool of constants lies, counted from the start of the chunk; likewise the metadata.
    var poolOffset: Int
    var metadataOffset: Int
    /// How many ticks of the recording's clock make a second.
    var ticksPerSecond: UInt64

    private static let magic: UInt64 = 0x464C_5200

    /// Reads the header at `start`; only its own bytes are known to be there.
    init(_ bytes: Span<UInt8>, at start: Int) throws(JFRError) {
        guard bytes.count - start >= Self.byteCount else { throw JFRError(.truncated, at: 0) }
        func number(_ offset: Int, _ count: Int) -> UInt64 {
            var value: UInt64 = 0
            for index in 0..<count { value = value &<< 8 | UInt64(bytes[start + offset + index]) }
            return value
        }
        guard number(0, 4) == Self.magic else { throw JFRError(.notARecording, at: 0) }
        let version = UInt32(truncatingIfNeeded: number(4, 4))
        guard version >> 16 == 2 else { throw JFRError(.unknownVersion(version), at: 4) }
        guard let size = Int(exactly: number(8, 8)), size >= Self.byteCount else {
            throw JFRError(.badSize, at: 8)
        }
        self.size = size
        self.poolOffset = try Self.offset(number(16, 8), at: 16)
        self.metadataOffset = try Self.offset(number(24, 8), at: 24)
        self.ticksPerSecond = number(56, 8)
    }

    private static func offset(_ value: UInt64, at place: Int) throws(JFRError) -> Int {
        guard let offset = Int(exactly: value), offset > 0 else { throw JFRError(.badOffset, at: place) }
        return offset
    }
}
