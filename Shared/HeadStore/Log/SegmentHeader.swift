// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// The first 96 bytes of a segment file of the write-ahead log (docs/formats/wal.md).
package struct SegmentHeader: Hashable, Sendable {
    /// Name of the ingester that wrote the segment, cut to 52 bytes.
    package let instance: [UInt8]
    /// Position in the log of the first record.
    package let firstLSN: UInt64
    /// Where the segment before ended: tells a missing file from a range that was given up.
    package let previousEnd: UInt64
    /// Random, so that checksums of another segment's records do not fit here.
    package let salt: UInt64

    package static let byteCount = 96
    package static let version: UInt32 = 1
    private static let magic = Array("HEARTHWL".utf8)
    private static let instanceByteCount = 52

    package init(instance: String, firstLSN: UInt64, previousEnd: UInt64, salt: UInt64) {
        self.instance = Self.field(instance)
        self.firstLSN = firstLSN
        self.previousEnd = previousEnd
        self.salt = salt
    }

    /// The name as the header keeps it: padded with zeros or cut.
    package static func field(_ instance: String) -> [UInt8] {
        let bytes = Array(instance.utf8.prefix(Self.instanceByteCount))
        return bytes + [UInt8](repeating: 0, count: Self.instanceByteCount - bytes.count)
    }

    /// The header's bytes; the last four are their checksum, which seeds the checksum of the first record.
    package func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: Self.byteCount)
        writer.raw(Self.magic)
        writer.fixed32(Self.version)
        writer.fixed32(UInt32(Self.byteCount))
        writer.fixed64(self.firstLSN)
        writer.fixed64(self.previousEnd)
        writer.fixed64(self.salt)
        writer.raw(self.instance)
        writer.fixed32(CRC32C.checksum(writer.bytes))
        return writer.bytes
    }

    /// The checksum of the header, which seeds the chain of record checksums.
    package var checksum: UInt32 { CRC32C.checksum(Array(self.encoded().dropLast(4))) }

    /// Reads a header; nil when it is damaged or of another version.
    package init?(decoding bytes: [UInt8]) {
        guard bytes.count == Self.byteCount, bytes.starts(with: Self.magic) else { return nil }
        var cursor = WireCursor(bytes.span)
        do {
            _ = try cursor.take(Self.magic.count)
            guard try cursor.fixed32() == Self.version else { return nil }
            guard try cursor.fixed32() == UInt32(Self.byteCount) else { return nil }
            self.firstLSN = try cursor.fixed64()
            self.previousEnd = try cursor.fixed64()
            self.salt = try cursor.fixed64()
            self.instance = Array(bytes[cursor.offset..<cursor.offset + Self.instanceByteCount])
            _ = try cursor.take(Self.instanceByteCount)
            guard try cursor.fixed32() == CRC32C.checksum(Array(bytes.dropLast(4))) else { return nil }
        } catch {
            return nil
        }
    }
}
