// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProfileColumns
internal import ProfileModel

/// Writes blocks: the same datasets give the same bytes, in whatever order they, their series, profiles and
/// symbols come.
package enum BlockWriter {
    /// Level of compression of sections.
    static let zstdLevel = 3

    /// Writes a block of `sources` piece by piece to `sink`, front to back.
    ///
    /// - Parameters:
    ///   - header: Facts about the block.
    ///   - sources: Datasets, each (tenant, service) once; all with symbol ids or none.
    ///   - sink: Takes the bytes of the file in order; what it throws ends the writing.
    /// - Returns: What the directory says.
    /// - Throws: What `sink` throws, or why the datasets do not make a block.
    @discardableResult
    package static func write(
        _ header: BlockHeader,
        _ sources: [BlockSource],
        to sink: ([UInt8]) throws(BlockError) -> Void
    ) throws(BlockError) -> BlockDescription {
        let order = sources.indices.sorted { Self.precedes(sources[$0], sources[$1]) }
        for (left, right) in zip(order, order.dropFirst())
        where !Self.precedes(sources[left], sources[right]) { throw .repeatedDataset }
        var assembly = BlockAssembly(header)
        try sink(assembly.start())
        var encoder = DatasetEncoder(level: Self.zstdLevel)
        for index in order {
            let entry = try encoder.encode(sources[index])
            assembly.add(entry, regionByteCount: encoder.region.count)
            try sink(encoder.region)
        }
        let end = try assembly.finish()
        try sink(end.bytes)
        return end.description
    }

    private static func precedes(_ left: BlockSource, _ right: BlockSource) -> Bool {
        if left.snapshot.tenant != right.snapshot.tenant {
            return left.snapshot.tenant < right.snapshot.tenant
        }
        return LabelSet.precedes(left.snapshot.service, right.snapshot.service)
    }
}

/// Puts header, directory, facts and footer around the regions of datasets.
struct BlockAssembly {
    private let header: BlockHeader
    private var datasets: [DatasetEntry] = []
    private var offset = 0

    init(_ header: BlockHeader) { self.header = header }

    /// The bytes before the first region.
    mutating func start() -> [UInt8] {
        let bytes = Envelope.header(id: self.header.id, level: self.header.level)
        self.offset = bytes.count
        return bytes
    }

    /// Adds a dataset whose sections have places relative to its region, which comes next in the file.
    mutating func add(_ entry: DatasetEntry, regionByteCount: Int) {
        var placed = entry
        for index in placed.sections.indices {
            let bytes = placed.sections[index].bytes
            placed.sections[index].bytes = self.offset + bytes.lowerBound..<self.offset + bytes.upperBound
        }
        self.datasets.append(placed)
        self.offset += regionByteCount
    }

    /// The bytes after the last region.
    func finish() throws(BlockError) -> (bytes: [UInt8], description: BlockDescription) {
        let directory = Directory.encode(self.datasets)
        let meta = Meta.encode(self.header)
        guard UInt32(exactly: directory.count) != nil, UInt32(exactly: meta.count) != nil else {
            throw .tooLarge
        }
        let metaStart = self.offset + directory.count
        let footer = Footer(
            directory: self.offset..<metaStart,
            directoryChecksum: CRC32C.checksum(directory),
            meta: metaStart..<metaStart + meta.count,
            metaChecksum: CRC32C.checksum(meta),
            fileByteCount: metaStart + meta.count + Envelope.footerByteCount,
            contentHash: XXH3.hash64(directory.span)
        )
        let description = BlockDescription(
            header: self.header,
            datasets: self.datasets.map(\.description),
            byteCount: footer.fileByteCount,
            contentHash: footer.contentHash
        )
        return (directory + meta + footer.encode(), description)
    }
}
