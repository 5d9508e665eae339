internal import ByteCoding
// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel

/// Header, footer and facts: the frame around the datasets of a block.
enum Envelope {
    static let headerMagic = Array("SPBK".utf8)
    static let footerMagic = Array("KBPS".utf8)
    static let headerByteCount = 64
    static let footerByteCount = 64
    /// Version of the format that this code writes.
    static let version: UInt16 = 1
    /// The oldest reader that understands what this code writes.
    static let minReader: UInt16 = 1

    static func header(id: BlockID, level: UInt8) -> [UInt8] {
        var writer = ByteWriter(capacity: Self.headerByteCount)
        writer.raw(Self.headerMagic)
        writer.fixed16(Self.version)
        writer.fixed16(0)
        writer.fixed64(id.high)
        writer.fixed64(id.low)
        writer.byte(level)
        writer.raw(repeatElement(0, count: Self.headerByteCount - 4 - writer.bytes.count))
        writer.fixed32(CRC32C.checksum(writer.bytes))
        return writer.bytes
    }

    /// Id and level; nil when the header is not one.
    static func decodeHeader(
        _ bytes: Span<UInt8>,
        _ block: BlockBytes
    ) throws(WireError) -> (id: BlockID, level: UInt8)? {
        var cursor = WireCursor(bytes)
        for byte in Self.headerMagic where try cursor.byte() != byte { return nil }
        _ = try cursor.fixed32()
        let high = try cursor.fixed64()
        let low = try cursor.fixed64()
        let level = try cursor.byte()
        let checked = Self.headerByteCount - 4
        _ = try cursor.take(checked - cursor.offset)
        guard block.accepts(bytes.extracting(0..<checked), try cursor.fixed32()) else { return nil }
        return (BlockID(high: high, low: low), level)
    }
}

/// The last 64 bytes of a block: where everything else is found.
struct Footer: Equatable, Sendable {
    var directory: Range<Int>
    var directoryChecksum: UInt32
    var meta: Range<Int>
    var metaChecksum: UInt32
    var fileByteCount: Int
    /// XXH3 of the directory, which holds the checksums of all sections.
    var contentHash: UInt64
    var version = Envelope.version
    var minReader = Envelope.minReader

    func encode() -> [UInt8] {
        var writer = ByteWriter(capacity: Envelope.footerByteCount)
        writer.fixed64(UInt64(self.directory.lowerBound))
        writer.fixed32(UInt32(self.directory.count))
        writer.fixed32(self.directoryChecksum)
        writer.fixed64(UInt64(self.meta.lowerBound))
        writer.fixed32(UInt32(self.meta.count))
        writer.fixed32(self.metaChecksum)
        writer.fixed64(UInt64(self.fileByteCount))
        writer.fixed64(self.contentHash)
        writer.fixed16(self.version)
        writer.fixed16(self.minReader)
        writer.fixed32(0)
        writer.fixed32(CRC32C.checksum(writer.bytes))
        writer.raw(Envelope.footerMagic)
        return writer.bytes
    }

    /// Reads the footer of `block`; nil when it is not one or does not fit the file.
    static func decode(_ bytes: Span<UInt8>, of block: BlockBytes) throws(WireError) -> Footer? {
        let fileByteCount = block.count
        let checked = Envelope.footerByteCount - 8
        var cursor = WireCursor(bytes)
        let directory = try Self.range(&cursor)
        let directoryChecksum = try cursor.fixed32()
        let meta = try Self.range(&cursor)
        let metaChecksum = try cursor.fixed32()
        let claimed = try cursor.fixed64()
        let contentHash = try cursor.fixed64()
        let version = try cursor.fixed32()
        _ = try cursor.fixed32()
        guard block.accepts(bytes.extracting(0..<checked), try cursor.fixed32()) else { return nil }
        for byte in Envelope.footerMagic where try cursor.byte() != byte { return nil }
        guard let directory, let meta, claimed == UInt64(fileByteCount),
            directory.lowerBound >= Envelope.headerByteCount,
            directory.upperBound == meta.lowerBound,
            meta.upperBound == fileByteCount - Envelope.footerByteCount
        else { return nil }
        return Footer(
            directory: directory,
            directoryChecksum: directoryChecksum,
            meta: meta,
            metaChecksum: metaChecksum,
            fileByteCount: fileByteCount,
            contentHash: contentHash,
            version: UInt16(truncatingIfNeeded: version),
            minReader: UInt16(truncatingIfNeeded: version &>> 16)
        )
    }

    private static func range(_ cursor: inout WireCursor) throws(WireError) -> Range<Int>? {
        let offset = try cursor.fixed64()
        let byteCount = try cursor.fixed32()
        guard offset < 1 << 62 else { return nil }
        return Int(offset)..<Int(offset) + Int(byteCount)
    }
}

/// Facts about a block that need no fixed place: tag, length, bytes.
///
/// Readers skip tags they do not know.
enum Meta {
    private enum Tag: UInt64 {
        case createdNanoseconds = 1
        case writer = 2
        case instance = 3
        case epoch = 4
        case lsnLow = 5
        case lsnHigh = 6
    }

    static func encode(_ header: BlockHeader) -> [UInt8] {
        var writer = ByteWriter()
        Self.append(.createdNanoseconds, UInt64(bitPattern: header.createdNanoseconds), to: &writer)
        Self.append(.writer, header.writer, to: &writer)
        Self.append(.instance, header.instance, to: &writer)
        Self.append(.epoch, UInt64(bitPattern: header.epoch), to: &writer)
        Self.append(.lsnLow, header.lsnLow, to: &writer)
        Self.append(.lsnHigh, header.lsnHigh, to: &writer)
        return writer.bytes
    }

    static func decode(
        _ bytes: Span<UInt8>,
        identity: (id: BlockID, level: UInt8)
    ) throws(WireError) -> BlockHeader {
        var header = BlockHeader(
            id: identity.id,
            level: identity.level,
            instance: "",
            epoch: 0,
            lsnLow: 0,
            lsnHigh: 0,
            createdNanoseconds: 0,
            writer: ""
        )
        var cursor = WireCursor(bytes)
        while !cursor.isAtEnd {
            let tag = Tag(rawValue: try cursor.varint())
            switch tag {
            case .createdNanoseconds: header.createdNanoseconds = Int64(bitPattern: try Self.number(&cursor))
            case .writer: header.writer = try cursor.text()
            case .instance: header.instance = try cursor.text()
            case .epoch: header.epoch = Int64(bitPattern: try Self.number(&cursor))
            case .lsnLow: header.lsnLow = try Self.number(&cursor)
            case .lsnHigh: header.lsnHigh = try Self.number(&cursor)
            case nil: _ = try cursor.range()
            }
        }
        return header
    }

    private static func append(_ tag: Tag, _ number: UInt64, to writer: inout ByteWriter) {
        writer.varint(tag.rawValue)
        writer.varint(8)
        writer.fixed64(number)
    }

    private static func append(_ tag: Tag, _ text: String, to writer: inout ByteWriter) {
        writer.varint(tag.rawValue)
        writer.text(text)
    }

    private static func number(_ cursor: inout WireCursor) throws(WireError) -> UInt64 {
        let start = cursor.offset
        guard try cursor.varint() == 8 else { throw .outOfRange(at: start) }
        return try cursor.fixed64()
    }
}

extension ByteWriter {
    /// Appends two bytes, little-endian.
    fileprivate mutating func fixed16(_ value: UInt16) {
        self.byte(UInt8(truncatingIfNeeded: value))
        self.byte(UInt8(truncatingIfNeeded: value &>> 8))
    }
}
