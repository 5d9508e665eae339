// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProfileModel

/// A sealed block, opened for reading.
///
/// Any thread may ask; what is decoded stays in the shared cache.
package final class Block: Sendable {
    /// What the directory says.
    package let description: BlockDescription
    let datasets: [DatasetEntry]
    let bytes: BlockBytes
    private let cache: BlockCache
    private let cacheID: UInt64

    /// Opens the file at `path`, which nobody may change from now on; it may be renamed or removed.
    package convenience init(
        path: String,
        cache: BlockCache,
        checksums: ChecksumPolicy = .verify
    ) throws(BlockError) {
        try self.init(BlockBytes(mapping: path, checksums: checksums), cache: cache)
    }

    /// Opens a block in memory.
    package convenience init(
        copying bytes: [UInt8],
        cache: BlockCache,
        checksums: ChecksumPolicy = .verify
    ) throws(BlockError) {
        try self.init(BlockBytes(copying: bytes, checksums: checksums), cache: cache)
    }

    private init(_ bytes: BlockBytes, cache: BlockCache) throws(BlockError) {
        let opened = try OpenedEnvelope(bytes)
        self.description = opened.description
        self.datasets = opened.datasets
        self.bytes = bytes
        self.cache = cache
        self.cacheID = cache.register()
    }

    deinit { self.cache.forget(self.cacheID) }

    /// A decoded part of a dataset, from the cache or made now.
    func part<Part: CachedPart>(
        _ part: DatasetPart,
        of dataset: Int,
        make: () throws(BlockError) -> Part
    ) throws(BlockError) -> Part {
        try self.cache.part(.init(block: self.cacheID, dataset: dataset, part: part), make: make)
    }

    /// Reads a section whole: checks it, inflates it, hands it to `body`.
    func read<R>(
        _ section: SectionEntry,
        as kind: SectionKind,
        _ body: (WireCursor) throws(WireError) -> R
    ) throws(BlockError) -> R {
        let raw = try self.bytes.withBytes(section.bytes) { (stored) throws(BlockError) -> [UInt8] in
            guard self.bytes.accepts(stored, section.checksum) else { throw .corrupt(.section(kind)) }
            var frames = FrameReader()
            let raw = frames.unpack(stored, codec: section.codec, rawByteCount: section.rawByteCount)
            guard let raw else { throw .corrupt(.section(kind)) }
            return raw
        }
        do throws(WireError) {
            return try body(WireCursor(raw.span))
        } catch {
            throw .corrupt(.section(kind))
        }
    }

    /// Reads the one section of `kind` that every dataset has.
    func readOnly<R>(
        _ kind: SectionKind,
        of dataset: Int,
        _ body: (WireCursor) throws(WireError) -> R
    ) throws(BlockError) -> R {
        let sections = self.datasets[dataset].sections(kind)
        guard sections.count == 1, let section = sections.first else { throw .corrupt(.directory) }
        return try self.read(section, as: kind, body)
    }
}

/// Header, footer, directory and facts of a block, checked against each other.
private struct OpenedEnvelope {
    let description: BlockDescription
    let datasets: [DatasetEntry]

    init(_ bytes: BlockBytes) throws(BlockError) {
        guard bytes.count >= Envelope.headerByteCount + Envelope.footerByteCount else {
            throw .corrupt(.footer)
        }
        let footer = try Self.footer(bytes)
        guard footer.minReader <= Envelope.version else { throw .unsupported(minReader: footer.minReader) }
        let identity = try Self.part(.header, bytes, 0..<Envelope.headerByteCount) {
            (span) throws(WireError) in try Envelope.decodeHeader(span, bytes)
        }
        guard let identity else { throw .corrupt(.header) }
        let region = Envelope.headerByteCount..<footer.directory.lowerBound
        let datasets = try Self.part(.directory, bytes, footer.directory, footer.directoryChecksum) {
            (span) throws(WireError) in try Directory.decode(span, region: region)
        }
        try Self.check(datasets)
        let header = try Self.part(.meta, bytes, footer.meta, footer.metaChecksum) {
            (span) throws(WireError) in try Meta.decode(span, identity: identity)
        }
        self.datasets = datasets
        self.description = BlockDescription(
            header: header,
            datasets: datasets.map(\.description),
            byteCount: bytes.count,
            contentHash: footer.contentHash
        )
    }

    private static func footer(_ bytes: BlockBytes) throws(BlockError) -> Footer {
        let range = bytes.count - Envelope.footerByteCount..<bytes.count
        let footer = try Self.part(.footer, bytes, range) { (span) throws(WireError) in
            try Footer.decode(span, of: bytes)
        }
        guard let footer else { throw .corrupt(.footer) }
        return footer
    }

    /// Datasets must be in order; a section that is needed and not known needs a newer reader.
    private static func check(_ datasets: [DatasetEntry]) throws(BlockError) {
        for (left, right) in zip(datasets, datasets.dropFirst()) {
            let (first, second) = (left.description, right.description)
            let isOrdered =
                first.tenant == second.tenant
                ? LabelSet.precedes(first.service, second.service) : first.tenant < second.tenant
            guard isOrdered else { throw .corrupt(.directory) }
        }
        for section in datasets.lazy.flatMap(\.sections)
        where section.isRequired && SectionKind(rawValue: section.kind) == nil {
            throw .unsupported(minReader: Envelope.version + 1)
        }
    }

    private static func part<R>(
        _ part: BlockPart,
        _ bytes: BlockBytes,
        _ range: Range<Int>,
        _ checksum: UInt32? = nil,
        _ body: (Span<UInt8>) throws(WireError) -> R
    ) throws(BlockError) -> R {
        try bytes.withBytes(range) { (span) throws(BlockError) -> R in
            if let checksum, !bytes.accepts(span, checksum) { throw .corrupt(part) }
            do throws(WireError) { return try body(span) } catch { throw .corrupt(part) }
        }
    }
}
