// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProfileColumns
internal import ProfileModel

/// Turns one dataset into the sections of its region.
struct DatasetEncoder: ~Copyable {
    /// Sections with places relative to the region.
    private(set) var sections: [SectionEntry] = []
    private(set) var region: [UInt8] = []
    private var packer: FramePacker

    init(level: Int) { self.packer = FramePacker(level: level) }

    /// Encodes `source`; afterwards `region` and the entry's sections describe it alone.
    mutating func encode(_ source: BlockSource) throws(BlockError) -> DatasetEntry {
        self.sections.removeAll(keepingCapacity: true)
        self.region.removeAll(keepingCapacity: true)
        let snapshot = source.snapshot
        let series = snapshot.orderedSeries()
        let reach = SampleReach(snapshot)
        let canonical = CanonicalDictionary(snapshot.dictionary, reached: reach.nodes)
        let labelSets = RankedRows(used: reach.labelSets) {
            snapshot.labelSets[Int($0)] < snapshot.labelSets[Int($1)]
        }
        var tiles = TileBuilder(nodes: canonical.nodes, labelSets: labelSets)
        var rows: [SeriesRow] = []
        var headers: [ProfileHeaders] = []
        for index in series.indices {
            let encoded = try self.encode(series[index], index: index, of: snapshot, into: &tiles)
            headers.append(encoded.headers)
            rows.append(encoded.row)
        }
        let orderedLabelSets = labelSets.sources.map { snapshot.labelSets[Int($0)] }
        self.appendIndex(rows, labelSets: orderedLabelSets)
        try self.appendFrames(canonical, source)
        self.appendProfiles(headers)
        self.appendUIDs(series, of: snapshot)
        self.append(.tileIndex, itemCount: tiles.rows.count) { TileIndexSection.encode(tiles.rows, to: &$0) }
        self.appendStored(.samples, tiles.bytes, itemCount: tiles.sampleCount)
        self.appendRecovery(canonical.dictionary)
        return DatasetEntry(
            description: self.description(
                of: snapshot,
                rows,
                orderedLabelSets,
                ids: source.functionIDs != nil
            ),
            sections: self.sections
        )
    }

    /// Writes the tiles of one series and tells what is to be said about it.
    private mutating func encode(
        _ series: OrderedSeries,
        index: Int,
        of snapshot: DatasetSnapshot,
        into tiles: inout TileBuilder
    ) throws(BlockError) -> (row: SeriesRow, headers: ProfileHeaders) {
        let typeCount = series.types.count
        var headers = ProfileHeaders()
        headers.totals = [Int64](repeating: 0, count: typeCount * series.profiles.count)
        for (position, place) in series.profiles.enumerated() {
            let row = snapshot.row(place)
            let source = snapshot.series[place.series]
            let totals = tiles.append(
                source.samples,
                profile: place.profile,
                time: row.timeNanoseconds,
                series: index,
                packer: &self.packer
            )
            // What is stored must be what was acknowledged: no sample is lost on the way.
            guard totals[...] == source.totals[place.profile * typeCount..<(place.profile + 1) * typeCount]
            else { throw .inconsistentTotals(series: place.series) }
            headers.times.append(row.timeNanoseconds)
            headers.durations.append(row.durationNanoseconds)
            headers.periods.append(row.period)
            for type in 0..<typeCount {
                headers.totals[type * series.profiles.count + position] = totals[type]
            }
        }
        let used = tiles.endSeries(index, typeCount: typeCount, packer: &self.packer)
        let row = SeriesRow(
            labels: series.labels,
            types: series.types,
            profileCount: headers.times.count,
            sampleCount: used.sampleCount,
            range: TimeRange(first: headers.times.first ?? 0, last: headers.times.last ?? 0),
            labelSets: used.labelSets
        )
        return (row, headers)
    }

    private func description(
        of snapshot: DatasetSnapshot,
        _ rows: [SeriesRow],
        _ labelSets: [LabelSet],
        ids hasSymbolIDs: Bool
    ) -> DatasetDescription {
        let names = Set(labelSets.lazy.flatMap(\.labels).map(\.name)).subtracting(LabelName.spanColumns)
        return DatasetDescription(
            tenant: snapshot.tenant,
            service: snapshot.service,
            range: TimeRange(
                first: rows.map(\.range.first).min() ?? 0,
                last: rows.map(\.range.last).max() ?? 0
            ),
            types: Set(rows.lazy.flatMap(\.types)).sorted { $0.description < $1.description },
            sampleLabelNames: names.sorted(by: LabelSet.precedes),
            seriesCount: rows.count,
            profileCount: rows.reduce(0) { $0 + $1.profileCount },
            sampleCount: rows.reduce(0) { $0 + $1.sampleCount },
            byteCount: self.region.count,
            hasSymbolIDs: hasSymbolIDs
        )
    }
}

// MARK: - Sections

extension DatasetEncoder {
    private mutating func appendIndex(_ rows: [SeriesRow], labelSets: [LabelSet]) {
        self.append(.series, itemCount: rows.count) { SeriesSection.encode(rows, to: &$0) }
        self.append(.labelSets, itemCount: labelSets.count) { LabelSetSection.encode(labelSets, to: &$0) }
    }

    /// Tree, locations and symbol ids: what a flame graph needs.
    private mutating func appendFrames(
        _ canonical: borrowing CanonicalDictionary,
        _ source: BlockSource
    ) throws(BlockError) {
        let dictionary = canonical.dictionary
        self.append(.tree, itemCount: dictionary.nodeCount) { writer in
            TreeSection.encode(
                parents: dictionary.nodeParents,
                locations: dictionary.nodeLocations,
                locationCount: dictionary.locations.count,
                to: &writer
            )
        }
        self.append(.locations, itemCount: dictionary.locations.count) { writer in
            LocationSection.encode(
                dictionary,
                functionCount: dictionary.functions.count,
                mappingCount: dictionary.mappings.count,
                to: &writer
            )
        }
        guard let functionIDs = source.functionIDs else { return }
        guard functionIDs.count >= source.snapshot.dictionary.functions.count,
            let mappingIDs = source.mappingIDs,
            mappingIDs.count >= source.snapshot.dictionary.mappings.count
        else { throw .incompleteSymbolIDs }
        let ids = SymbolIDs(
            functions: canonical.functionSources.map { functionIDs[Int($0)] },
            mappings: canonical.mappingSources.map { mappingIDs[Int($0)] }
        )
        self.append(.symbolIDs, itemCount: ids.functions.count) { ids.encode(to: &$0) }
    }

    private mutating func appendProfiles(_ headers: [ProfileHeaders]) {
        for part in Self.parts(headers.map(\.times.count)) {
            self.append(.profiles, itemCount: part.count) {
                ProfileSection.encode(Array(headers[part]), to: &$0)
            }
        }
    }

    private mutating func appendUIDs(_ series: [OrderedSeries], of snapshot: DatasetSnapshot) {
        for part in Self.parts(series.map(\.profiles.count)) {
            let uids = series[part].flatMap { $0.profiles.map { snapshot.row($0).uid } }
            self.append(.uids, itemCount: part.count) { UIDSection.encode(uids, to: &$0) }
        }
    }

    private mutating func appendRecovery(_ dictionary: DatasetDictionary) {
        self.append(.strings, itemCount: dictionary.strings.count) {
            StringSection.encode(dictionary.strings, to: &$0)
        }
        self.append(.functions, itemCount: dictionary.functions.count) {
            FunctionSection.encode(dictionary.functions, to: &$0)
        }
        self.append(.mappings, itemCount: dictionary.mappings.count) {
            MappingSection.encode(dictionary.mappings, to: &$0)
        }
    }

    /// Ranges of series of which each ends once it has enough profiles.
    private static func parts(_ profileCounts: [Int]) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = 0
        var sum = 0
        for (index, count) in profileCounts.enumerated() {
            sum += count
            guard sum >= ProfileSection.profileCountMin || index == profileCounts.count - 1 else { continue }
            parts.append(start..<index + 1)
            start = index + 1
            sum = 0
        }
        return parts
    }

    private mutating func append(_ kind: SectionKind, itemCount: Int, _ body: (inout ByteWriter) -> Void) {
        var writer = ByteWriter()
        body(&writer)
        let frame = self.packer.pack(writer.bytes)
        self.appendStored(kind, frame.bytes, itemCount: itemCount, packed: (frame.codec, writer.bytes.count))
    }

    private mutating func appendStored(
        _ kind: SectionKind,
        _ bytes: [UInt8],
        itemCount: Int,
        packed: (codec: FrameCodec, rawByteCount: Int)? = nil
    ) {
        let start = self.region.count
        self.region += bytes
        self.sections.append(
            SectionEntry(
                kind: kind.rawValue,
                codec: packed?.codec ?? .raw,
                isRequired: true,
                bytes: start..<self.region.count,
                rawByteCount: packed?.rawByteCount ?? bytes.count,
                itemCount: itemCount,
                checksum: CRC32C.checksum(bytes)
            )
        )
    }
}

/// Which nodes and label sets samples have.
private struct SampleReach {
    var nodes: [Bool]
    var labelSets: [Bool]

    init(_ snapshot: DatasetSnapshot) {
        self.nodes = [Bool](repeating: false, count: snapshot.dictionary.nodeCount)
        self.labelSets = [Bool](repeating: false, count: max(snapshot.labelSets.count, 1))
        self.labelSets[0] = true
        var decoded = SampleColumns()
        for series in snapshot.series {
            for profile in series.profiles.indices {
                series.samples.decode(profile: profile, into: &decoded)
                for node in decoded.nodes { self.nodes[Int(node)] = true }
                for labelSet in decoded.labelSets { self.labelSets[Int(labelSet)] = true }
            }
        }
    }
}
