// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Which samples of a tile count.
struct TileFilter {
    /// Positions of profiles within the tile; nil for all.
    var profiles: Range<Int>?
    /// For every label set whether its samples count; nil for all.
    var labelSets: [Bool]?

    var isOpen: Bool { self.profiles == nil && self.labelSets == nil }
}

/// Reads tiles; keeps its decompression context from tile to tile.
struct TileReader: ~Copyable {
    private var frames = FrameReader()

    /// Adds the values of `type` of the samples that pass `filter` to `sums`, which has an element for
    /// every node.
    mutating func accumulate(
        _ tile: Span<UInt8>,
        type: Int,
        filter: TileFilter,
        into sums: inout [Int64]
    ) throws(WireError) {
        let layout = try TileLayout(tile)
        guard type < layout.divisors.count else { throw .outOfRange(at: 0) }
        guard filter.isOpen else {
            let nodeCount = sums.count
            return try self.visit(tile, layout, type: type, filter) { sample in
                if sample.node < nodeCount { sums[sample.node] &+= sample.value }
            }
        }
        let nodes = try self.column(.nodes, of: layout, tile)
        let runs = try self.column(.runs, of: layout, tile)
        let values = try self.valueColumn(type, of: layout, tile)
        try Self.sum(nodes.span, runs.span, values.span, layout, divisor: layout.divisors[type], into: &sums)
    }

    /// The loop under every flame graph: one pass over three columns.
    private static func sum(
        _ nodes: Span<UInt8>,
        _ runs: Span<UInt8>,
        _ values: Span<UInt8>,
        _ layout: TileLayout,
        divisor: Int64,
        into sums: inout [Int64]
    ) throws(WireError) {
        var sums = sums.mutableSpan
        var (nodeAt, runAt, valueAt) = (0, 0, 0)
        var node = 0
        var left = layout.sampleCount
        for _ in 0..<layout.nodeCount {
            let step = try LEB128.decode(nodes, at: &nodeAt)
            let run = try LEB128.decode(runs, at: &runAt)
            guard step < UInt64(sums.count - node), run <= UInt64(left) else { throw .outOfRange(at: nodeAt) }
            node &+= Int(step)
            left &-= Int(run)
            var value: Int64 = 0
            var sum: Int64 = 0
            for _ in 0..<Int(run) {
                value &+= ZigZag.decode(try LEB128.decode(values, at: &valueAt))
                sum &+= value
            }
            sums[node] &+= sum &* divisor
        }
    }

    /// One sample as `visit` shows it.
    struct Sample {
        var node = 0
        /// Position of the profile within the tile.
        var profile = 0
        var labelSet = 0
        var value: Int64 = 0
    }

    /// Calls `body` with every sample that passes `filter`; label sets outside the filter's mask do not
    /// pass.
    ///
    /// `type` must be one of the layout's.
    @inline(__always)
    mutating func visit(
        _ tile: Span<UInt8>,
        _ layout: TileLayout,
        type: Int,
        _ filter: TileFilter,
        _ body: (Sample) -> Void
    ) throws(WireError) {
        let nodes = try self.column(.nodes, of: layout, tile)
        let runs = try self.column(.runs, of: layout, tile)
        let profiles = try self.column(.profiles, of: layout, tile)
        let labelSets = try self.column(.labelSets, of: layout, tile)
        let values = try self.valueColumn(type, of: layout, tile)
        let divisor = layout.divisors[type]
        var (nodeAt, runAt, profileAt, labelSetAt, valueAt) = (0, 0, 0, 0, 0)
        var left = layout.sampleCount
        var sample = Sample()
        for _ in 0..<layout.nodeCount {
            let step = try LEB128.decode(nodes.span, at: &nodeAt)
            let run = try LEB128.decode(runs.span, at: &runAt)
            guard step <= UInt64(UInt32.max), run <= UInt64(left) else { throw .outOfRange(at: nodeAt) }
            sample.node &+= Int(step)
            guard sample.node <= Int(UInt32.max) else { throw .outOfRange(at: nodeAt) }
            left &-= Int(run)
            sample.profile = 0
            var value: Int64 = 0
            for _ in 0..<Int(run) {
                let gap = try LEB128.decode(profiles.span, at: &profileAt)
                guard gap <= UInt64(UInt32.max) else { throw .outOfRange(at: profileAt) }
                sample.profile &+= Int(gap)
                guard sample.profile < Tile.profileCountMax else { throw .outOfRange(at: profileAt) }
                if !labelSets.isEmpty {
                    let id = try LEB128.decode(labelSets.span, at: &labelSetAt)
                    guard id <= UInt64(UInt32.max) else { throw .outOfRange(at: labelSetAt) }
                    sample.labelSet = Int(id)
                }
                value &+= ZigZag.decode(try LEB128.decode(values.span, at: &valueAt))
                if let profiles = filter.profiles, !profiles.contains(sample.profile) { continue }
                if let mask = filter.labelSets, sample.labelSet >= mask.count || !mask[sample.labelSet] {
                    continue
                }
                sample.value = value &* divisor
                body(sample)
            }
        }
    }

    private mutating func column(
        _ column: Tile.Column,
        of layout: TileLayout,
        _ tile: Span<UInt8>
    ) throws(WireError) -> [UInt8] {
        try self.frame(layout.columns[column.rawValue], tile)
    }

    private mutating func valueColumn(
        _ type: Int,
        of layout: TileLayout,
        _ tile: Span<UInt8>
    ) throws(WireError) -> [UInt8] {
        try self.frame(layout.columns[Tile.Column.allCases.count + type], tile)
    }

    private mutating func frame(_ column: TileLayout.Column, _ tile: Span<UInt8>) throws(WireError) -> [UInt8]
    {
        let bytes = self.frames.unpack(
            tile.extracting(column.bytes),
            codec: column.codec,
            rawByteCount: column.rawByteCount
        )
        guard let bytes else { throw .outOfRange(at: column.bytes.lowerBound) }
        return bytes
    }
}

/// The head of a tile: counts, divisors and where its columns lie.
struct TileLayout {
    struct Column {
        var codec: FrameCodec
        var rawByteCount: Int
        var bytes: Range<Int>
    }

    var sampleCount: Int
    var nodeCount: Int
    var divisors: [Int64] = []
    var columns: [Column] = []

    init(_ tile: Span<UInt8>) throws(WireError) {
        var cursor = WireCursor(tile)
        self.sampleCount = try cursor.varint(below: Int(UInt32.max))
        self.nodeCount = try cursor.varint(below: self.sampleCount + 1)
        let typeCount = try cursor.count(limit: 1 << 16, bytesEach: 4)
        for _ in 0..<typeCount { self.divisors.append(Int64(bitPattern: try cursor.varint())) }
        var sizes: [Int] = []
        for _ in 0..<Tile.Column.allCases.count + typeCount {
            let start = cursor.offset
            guard let codec = FrameCodec(rawValue: try cursor.byte()) else { throw .outOfRange(at: start) }
            let rawByteCount = try cursor.varint(below: 1 << 40)
            sizes.append(try cursor.varint(below: tile.count))
            self.columns.append(Column(codec: codec, rawByteCount: rawByteCount, bytes: 0..<0))
        }
        var offset = cursor.offset
        for (index, size) in sizes.enumerated() {
            guard size <= tile.count - offset else { throw .truncated(at: offset) }
            self.columns[index].bytes = offset..<offset + size
            offset += size
        }
        guard offset == tile.count else { throw .outOfRange(at: offset) }
    }
}
