// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import LabelSelector
internal import ProfileColumns
internal import ProfileModel

/// One query on its way through one dataset of a block.
struct DatasetScan {
    let block: Block
    let dataset: Int
    let query: ProfileQuery
    let index: DatasetIndex
    private let description: DatasetDescription
    /// For every label set whether its spans are asked for; nil when none are.
    private let spans: [Bool]?

    /// Nil when the directory already says that nothing matches.
    init?(_ block: Block, dataset: Int, query: ProfileQuery) throws(BlockError) {
        let description = block.datasets[dataset].description
        guard description.range.overlaps(query.range) else { return nil }
        if let type = query.type, !description.types.contains(type) { return nil }
        // A dataset is one service; labels of samples cannot override it.
        for matcher in query.selector.matchers where matcher.name == LabelName.serviceName {
            guard matcher.accepts(description.service) else { return nil }
        }
        self.block = block
        self.dataset = dataset
        self.query = query
        self.description = description
        self.index = try block.index(of: dataset)
        self.spans = query.spans?.mask(of: self.index.labelSets)
    }

    /// Whether answers under these label names depend on the labels of samples.
    func dependsOnSamples(_ names: some Sequence<String>) -> Bool {
        let known = self.description.sampleLabelNames
        return !known.isEmpty
            && names.contains { name in
                known.contains { $0 == name || SeriesLabels.isAlias(name, of: $0) }
            }
    }

    /// Which samples of a series the selector admits for `type`.
    func match(_ series: SeriesRow, type: ProfileType) -> LabelSetMatch {
        guard self.dependsOnSamples(self.query.selector.matchers.lazy.map(\.name)) else {
            let match: LabelSetMatch = self.admits(series, type, .empty) ? .all : .none
            return match.narrowed(to: self.spans)
        }
        return self.index.visible.match(
            series: series.labels,
            type: type,
            matches: self.query.selector.matches
        ).narrowed(to: self.spans)
    }

    /// Whether the selector admits samples labelled `sample` of a series and type.
    func admits(_ series: SeriesRow, _ type: ProfileType, _ sample: LabelSet) -> Bool {
        self.query.selector.matches { name in
            SeriesLabels.value(of: name, series: series.labels, type: type, sample: sample)
        }
    }

    /// Headers of a series.
    func headers(ofSeries series: Int) throws(BlockError) -> ProfileHeaders {
        try self.block.profiles(of: self.dataset, self.index).series[series]
    }

    /// Calls `body` with each tile of a series that has profiles in the range, and which of its profiles
    /// those are, nil for all.
    func forEachTile(
        ofSeries series: Int,
        _ body: (TileRow, Span<UInt8>, Range<Int>?) throws(WireError) -> Void
    ) throws(BlockError) {
        for tile in self.index.tiles[self.index.tilesOfSeries[series]] {
            guard tile.range.overlaps(self.query.range) else { continue }
            var profiles: Range<Int>?
            let isCovered =
                self.query.range.contains(tile.range.first)
                && self.query.range.contains(tile.range.last)
            if !isCovered {
                let inRange = try self.headers(ofSeries: series).profiles(in: self.query.range)
                    .clamped(to: tile.profiles)
                if inRange.isEmpty { continue }
                profiles =
                    inRange.lowerBound - tile.profiles.lowerBound..<inRange.upperBound
                    - tile.profiles.lowerBound
            }
            let bytes = try self.place(of: tile)
            try self.block.bytes.withBytes(bytes) { (span) throws(BlockError) in
                guard self.block.bytes.accepts(span, tile.checksum) else {
                    throw .corrupt(.section(.samples))
                }
                do throws(WireError) {
                    try body(tile, span, profiles)
                } catch {
                    throw .corrupt(.section(.samples))
                }
            }
        }
    }

    /// Where a tile lies in the block.
    private func place(of tile: TileRow) throws(BlockError) -> Range<Int> {
        guard let section = self.block.datasets[self.dataset].sections(.samples).first,
            section.codec == .raw, tile.bytes.upperBound <= section.bytes.count
        else { throw .corrupt(.section(.samples)) }
        let start = section.bytes.lowerBound
        return start + tile.bytes.lowerBound..<start + tile.bytes.upperBound
    }
}
