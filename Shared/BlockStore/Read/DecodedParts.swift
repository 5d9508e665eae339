// SPDX-License-Identifier: Apache-2.0
internal import FlameGraph
internal import ProfileColumns
internal import ProfileModel

/// Series, label sets and tiles of a dataset: what decides which samples a query reads.
struct DatasetIndex: CachedPart {
    let series: [SeriesRow]
    let labelSets: [LabelSet]
    let visible: VisibleLabelSets
    let tiles: [TileRow]
    /// For every series its tiles.
    let tilesOfSeries: [Range<Int>]
    let byteCount: Int

    init(series: [SeriesRow], labelSets: [LabelSet], tiles: [TileRow]) {
        self.series = series
        self.labelSets = labelSets
        self.visible = VisibleLabelSets(labelSets)
        self.tiles = tiles
        var ranges: [Range<Int>] = []
        var next = 0
        for index in series.indices {
            let start = next
            while next < tiles.count, tiles[next].series == index { next += 1 }
            ranges.append(start..<next)
        }
        self.tilesOfSeries = ranges
        // Labels share no storage: two strings of two words each, and what does not fit into them.
        let labelCount =
            series.reduce(0) { $0 + $1.labels.labels.count }
            + 2 * labelSets.reduce(0) { $0 + $1.labels.count }
        let idCount = series.reduce(0) { $0 + 4 * $1.labelSets.count } + labelSets.count
        self.byteCount = series.count * 160 + labelCount * 80 + idCount * 4 + tiles.count * 104
    }
}

/// The stack tree of a dataset with the names of its locations: what turns sums by node into a flame graph.
struct DatasetFrames: CachedPart {
    let parents: [UInt32]
    let locations: [UInt32]
    let table: FrameTable
    let byteCount: Int

    init(parents: [UInt32], locations: [UInt32], table: FrameTable, nameByteCount: Int) {
        self.parents = parents
        self.locations = locations
        self.table = table
        let tableByteCount = table.starts.count * 4 + table.frames.count * 4 + table.names.count * 24
        self.byteCount = parents.count * 8 + tableByteCount + nameByteCount
    }
}

/// The headers of all profiles of a dataset, by series.
struct DatasetProfiles: CachedPart {
    let series: [ProfileHeaders]

    var byteCount: Int {
        self.series.reduce(0) { $0 + 128 + 24 * $1.times.count + 8 * $1.totals.count }
    }
}
