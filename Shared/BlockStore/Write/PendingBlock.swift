// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Symbol store ids of one dataset, by rows of the dictionary that its block holds.
package struct DatasetSymbolIDs: Sendable {
    package var functions: [Int64]
    package var mappings: [Int64]

    /// Ids for `Block.dictionary(dataset:)`, row by row.
    package init(functions: [Int64], mappings: [Int64]) {
        self.functions = functions
        self.mappings = mappings
    }
}

extension Block {
    /// Writes this pending block again with symbol ids: byte for byte what the writer would have written
    /// with them.
    ///
    /// - Parameters:
    ///   - ids: One element per dataset of the description.
    ///   - sink: Takes the bytes of the file in order.
    /// - Returns: What the directory of the new block says.
    /// - Throws: What `sink` throws, `corrupt`, or `incompleteSymbolIDs`.
    @discardableResult
    package func complete(
        with ids: [DatasetSymbolIDs],
        to sink: ([UInt8]) throws(BlockError) -> Void
    ) throws(BlockError) -> BlockDescription {
        guard ids.count == self.datasets.count else { throw .incompleteSymbolIDs }
        var assembly = BlockAssembly(self.description.header)
        var packer = FramePacker(level: BlockWriter.zstdLevel)
        try sink(assembly.start())
        for (position, dataset) in self.datasets.enumerated() {
            let locations = try self.locations(of: position)
            guard ids[position].functions.count == locations.functionCount,
                ids[position].mappings.count == locations.mappingCount
            else { throw .incompleteSymbolIDs }
            var region = DatasetRegion()
            for section in dataset.sections where section.kind != SectionKind.symbolIDs.rawValue {
                try region.append(section, of: self)
                if section.kind == SectionKind.locations.rawValue { region.append(ids[position], &packer) }
            }
            var description = dataset.description
            description.byteCount = region.bytes.count
            description.hasSymbolIDs = true
            let entry = DatasetEntry(description: description, sections: region.sections)
            assembly.add(entry, regionByteCount: region.bytes.count)
            try sink(region.bytes)
        }
        let end = try assembly.finish()
        try sink(end.bytes)
        return end.description
    }

    /// Reads every byte and compares all checksums.
    package func verify() throws(BlockError) {
        for (position, dataset) in self.datasets.enumerated() {
            for section in dataset.sections {
                // Sections of newer writers have a checksum too; they count as part of the directory here.
                let part = SectionKind(rawValue: section.kind).map { BlockPart.section($0) } ?? .directory
                try self.bytes.withBytes(section.bytes) { (span) throws(BlockError) in
                    guard self.bytes.accepts(span, section.checksum) else { throw .corrupt(part) }
                }
            }
            _ = try self.profiles(of: position, try self.index(of: position))
            _ = try self.dictionary(dataset: position)
        }
        _ = try self.uids()
    }
}

/// Sections copied or added one after the other.
private struct DatasetRegion {
    private(set) var bytes: [UInt8] = []
    private(set) var sections: [SectionEntry] = []

    /// Copies a section as it is stored.
    mutating func append(_ section: SectionEntry, of block: Block) throws(BlockError) {
        let stored = try block.bytes.withBytes(section.bytes) { (span) throws(BlockError) -> [UInt8] in
            // A rewritten block must not bless damaged bytes with a new directory.
            guard CRC32C.checksum(span) == section.checksum else {
                throw .corrupt(SectionKind(rawValue: section.kind).map { .section($0) } ?? .directory)
            }
            var writer = ByteWriter(capacity: span.count)
            writer.raw(span: span)
            return writer.bytes
        }
        self.append(stored, as: section)
    }

    /// Adds the section of symbol ids.
    mutating func append(_ ids: DatasetSymbolIDs, _ packer: inout FramePacker) {
        let coded = SymbolIDs(functions: ids.functions, mappings: ids.mappings)
        var writer = ByteWriter()
        coded.encode(to: &writer)
        let frame = packer.pack(writer.bytes)
        let section = SectionEntry(
            kind: SectionKind.symbolIDs.rawValue,
            codec: frame.codec,
            isRequired: true,
            bytes: 0..<frame.bytes.count,
            rawByteCount: writer.bytes.count,
            itemCount: ids.functions.count,
            checksum: CRC32C.checksum(frame.bytes)
        )
        self.append(frame.bytes, as: section)
    }

    private mutating func append(_ stored: [UInt8], as section: SectionEntry) {
        var placed = section
        placed.bytes = self.bytes.count..<self.bytes.count + stored.count
        self.bytes += stored
        self.sections.append(placed)
    }
}
