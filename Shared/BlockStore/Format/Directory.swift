// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProfileModel

/// Where one section lies and how it is stored.
struct SectionEntry: Equatable, Sendable {
    /// `SectionKind`, or what a newer writer knows.
    var kind: UInt16
    var codec: FrameCodec
    /// A reader that does not know the kind must refuse the block.
    var isRequired: Bool
    var bytes: Range<Int>
    var rawByteCount: Int
    /// Series for profile and uid sections, rows elsewhere.
    var itemCount: Int
    var checksum: UInt32
}

/// One dataset of the directory with its sections.
struct DatasetEntry: Sendable {
    var description: DatasetDescription
    /// In the order of the file; a kind that is split has several, whose items follow one another.
    var sections: [SectionEntry]

    func sections(_ kind: SectionKind) -> [SectionEntry] {
        self.sections.filter { $0.kind == kind.rawValue }
    }
}

/// The datasets of a block, sorted by tenant and service.
enum Directory {
    static func encode(_ datasets: [DatasetEntry]) -> [UInt8] {
        var writer = ByteWriter()
        writer.varint(datasets.count)
        for dataset in datasets {
            let description = dataset.description
            writer.text(description.tenant.description)
            writer.text(description.service)
            writer.zigzag(description.range.first)
            writer.varint(UInt64(bitPattern: description.range.last &- description.range.first))
            let counts = [description.seriesCount, description.profileCount, description.sampleCount]
            for count in counts { writer.varint(count) }
            writer.varint(description.types.count)
            for type in description.types {
                let parts = [type.name, type.sampleType, type.sampleUnit, type.periodType, type.periodUnit]
                for part in parts { writer.text(part) }
            }
            writer.varint(description.sampleLabelNames.count)
            for name in description.sampleLabelNames { writer.text(name) }
            writer.varint(dataset.sections.count)
            for section in dataset.sections { Self.append(section, to: &writer) }
        }
        return writer.bytes
    }

    private static func append(_ section: SectionEntry, to writer: inout ByteWriter) {
        writer.varint(UInt64(section.kind) &<< 1 | (section.isRequired ? 1 : 0))
        writer.byte(section.codec.rawValue)
        writer.varint(section.bytes.lowerBound)
        writer.varint(section.bytes.count)
        writer.varint(section.rawByteCount)
        writer.varint(section.itemCount)
        writer.fixed32(section.checksum)
    }

    /// Reads what `encode` wrote; sections must lie in `region`.
    static func decode(_ bytes: Span<UInt8>, region: Range<Int>) throws(WireError) -> [DatasetEntry] {
        var cursor = WireCursor(bytes)
        var datasets: [DatasetEntry] = []
        for _ in 0..<(try cursor.count(limit: Int(UInt32.max), bytesEach: 10)) {
            datasets.append(try Self.nextDataset(&cursor, region: region))
        }
        guard cursor.isAtEnd else { throw .outOfRange(at: cursor.offset) }
        return datasets
    }

    private static func nextDataset(
        _ cursor: inout WireCursor,
        region: Range<Int>
    ) throws(WireError) -> DatasetEntry {
        let start = cursor.offset
        let name = try cursor.text()
        let tenant: TenantID
        do throws(TenantError) { tenant = try TenantID(parsing: name) } catch { throw .outOfRange(at: start) }
        let service = try cursor.text()
        let first = try cursor.zigzag()
        let last = first &+ Int64(bitPattern: try cursor.varint())
        var description = DatasetDescription(
            tenant: tenant,
            service: service,
            range: TimeRange(first: first, last: last),
            types: [],
            sampleLabelNames: [],
            seriesCount: try cursor.varint(below: 1 << 32),
            profileCount: try cursor.varint(below: 1 << 48),
            sampleCount: try cursor.varint(below: 1 << 56),
            byteCount: 0,
            hasSymbolIDs: false
        )
        for _ in 0..<(try cursor.count(limit: 1 << 16, bytesEach: 5)) {
            description.types.append(try Self.nextType(&cursor))
        }
        for _ in 0..<(try cursor.count(limit: 1 << 24)) {
            description.sampleLabelNames.append(try cursor.text())
        }
        var sections: [SectionEntry] = []
        for _ in 0..<(try cursor.count(limit: 1 << 24, bytesEach: 10)) {
            sections.append(try Self.nextSection(&cursor, region: region))
        }
        description.byteCount = sections.reduce(0) { $0 &+ $1.bytes.count }
        description.hasSymbolIDs = sections.contains { $0.kind == SectionKind.symbolIDs.rawValue }
        return DatasetEntry(description: description, sections: sections)
    }

    private static func nextType(_ cursor: inout WireCursor) throws(WireError) -> ProfileType {
        let name = try cursor.text()
        let sampleType = try cursor.text()
        let sampleUnit = try cursor.text()
        let periodType = try cursor.text()
        return ProfileType(
            name: name,
            sampleType: sampleType,
            sampleUnit: sampleUnit,
            periodType: periodType,
            periodUnit: try cursor.text()
        )
    }

    private static func nextSection(
        _ cursor: inout WireCursor,
        region: Range<Int>
    ) throws(WireError) -> SectionEntry {
        let kind = try cursor.varint(below: 1 << 17)
        let start = cursor.offset
        guard let codec = FrameCodec(rawValue: try cursor.byte()) else { throw .outOfRange(at: start) }
        let offset = try cursor.varint(below: region.upperBound + 1)
        let byteCount = try cursor.varint(below: region.upperBound - offset + 1)
        guard offset >= region.lowerBound else { throw .outOfRange(at: start) }
        return SectionEntry(
            kind: UInt16(kind &>> 1),
            codec: codec,
            isRequired: kind & 1 == 1,
            bytes: offset..<offset + byteCount,
            rawByteCount: try cursor.varint(below: 1 << 48),
            itemCount: try cursor.varint(below: 1 << 48),
            checksum: try cursor.fixed32()
        )
    }
}
