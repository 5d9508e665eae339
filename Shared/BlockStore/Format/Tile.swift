// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Limits of a tile and the names of its columns.
///
/// A tile holds the samples of some consecutive profiles of one series, stack by stack: for every
/// stacktrace which profiles have it and with which values. Its columns are frames of their own, so a
/// reader of one type inflates no other.
enum Tile {
    static let profileCountMax = 256
    /// A tile of one profile may hold more.
    static let sampleCountMax = 64 << 10

    /// Columns before the value columns.
    enum Column: Int, CaseIterable {
        /// Node ids, ascending, as steps.
        case nodes
        /// Samples per node.
        case runs
        /// Profiles within the tile, ascending per node, as steps.
        case profiles
        /// Label set ids; empty when all are 0.
        case labelSets
    }
}

/// One sample on its way into a tile.
struct TileSample: Equatable, Sendable {
    var node: UInt32
    /// Position of the profile in the tile.
    var profile: UInt32
    var labelSet: UInt32
    /// Position of its values, in samples.
    var row: UInt32

    /// Whether the two differ in their values alone.
    func hasPlace(of other: TileSample) -> Bool {
        self.node == other.node && self.profile == other.profile && self.labelSet == other.labelSet
    }
}

/// Encodes tiles.
enum TileEncoder {
    /// The bytes of a tile of `samples`, which must be sorted; `values` has `typeCount` values per row.
    static func encode(
        _ samples: [TileSample],
        values: [Int64],
        typeCount: Int,
        packer: inout FramePacker
    ) -> [UInt8] {
        let divisors = (0..<typeCount).map { Self.divisor(samples, values, $0, of: typeCount) }
        var columns = Self.places(samples)
        let nodeCount = columns.nodeCount
        for type in 0..<typeCount {
            columns.all.append(Self.deltas(samples, values, type, of: typeCount, divisor: divisors[type]))
        }
        var tile = ByteWriter()
        tile.varint(samples.count)
        tile.varint(nodeCount)
        tile.varint(typeCount)
        for divisor in divisors { tile.varint(UInt64(divisor)) }
        var frames: [[UInt8]] = []
        for column in columns.all {
            let frame = packer.pack(column.bytes)
            tile.byte(frame.codec.rawValue)
            tile.varint(column.bytes.count)
            tile.varint(frame.bytes.count)
            frames.append(frame.bytes)
        }
        for frame in frames { tile.raw(frame) }
        return tile.bytes
    }

    /// The columns that say where samples belong.
    private static func places(_ samples: [TileSample]) -> (all: [ByteWriter], nodeCount: Int) {
        var nodes = ByteWriter()
        var runs = ByteWriter()
        var profiles = ByteWriter()
        var labelSets = ByteWriter()
        let isLabelled = samples.contains { $0.labelSet != 0 }
        var nodeCount = 0
        var start = 0
        var node: UInt32 = 0
        while start < samples.count {
            let first = samples[start]
            var end = start
            var profile: UInt32 = 0
            while end < samples.count, samples[end].node == first.node {
                profiles.varint(UInt64(samples[end].profile - profile))
                profile = samples[end].profile
                if isLabelled { labelSets.varint(UInt64(samples[end].labelSet)) }
                end += 1
            }
            nodes.varint(UInt64(first.node - node))
            runs.varint(end - start)
            node = first.node
            nodeCount += 1
            start = end
        }
        return ([nodes, runs, profiles, labelSets], nodeCount)
    }

    /// One value column: steps between the values of one node.
    private static func deltas(
        _ samples: [TileSample],
        _ values: [Int64],
        _ type: Int,
        of typeCount: Int,
        divisor: Int64
    ) -> ByteWriter {
        var column = ByteWriter(capacity: samples.count * 2)
        var before: Int64 = 0
        var node: UInt32?
        for sample in samples {
            let value = values[Int(sample.row) * typeCount + type]
            let quotient = divisor == 1 ? value : value / divisor
            if sample.node != node { before = 0 }
            column.zigzag(quotient &- before)
            before = quotient
            node = sample.node
        }
        return column
    }

    /// The greatest number that divides all values of a type, 1 at least.
    private static func divisor(
        _ samples: [TileSample],
        _ values: [Int64],
        _ type: Int,
        of typeCount: Int
    ) -> Int64 {
        var divisor: UInt64 = 0
        for sample in samples where divisor != 1 {
            var rest = values[Int(sample.row) * typeCount + type].magnitude
            if divisor != 0, rest % divisor == 0 { continue }
            while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
        }
        return divisor == 0 ? 1 : Int64(exactly: divisor) ?? 1
    }
}
