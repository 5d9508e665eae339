// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProfileModel

/// What a tile covers and where it lies.
struct TileRow: Equatable, Sendable {
    var series: Int
    /// Profiles of the series, in the order of time.
    var profiles: Range<Int>
    var sampleCount: Int
    /// Times of the first and the last profile.
    var range: TimeRange
    /// Smallest and largest node.
    var nodes: ClosedRange<UInt32>
    /// Bytes within the samples section.
    var bytes: Range<Int>
    var checksum: UInt32
}

/// The tiles of a dataset in the order of series and time; they lie one after the other in the samples
/// section.
enum TileIndexSection {
    static func encode(_ rows: [TileRow], to writer: inout ByteWriter) {
        var places = ByteWriter()
        var counts = ByteWriter()
        var times = ByteWriter()
        var nodes = ByteWriter()
        var checksums = ByteWriter()
        var series = 0
        var last: Int64 = 0
        for row in rows {
            places.varint(row.series - series)
            places.varint(row.bytes.count)
            series = row.series
            counts.varint(row.profiles.count)
            counts.varint(row.sampleCount)
            times.zigzag(row.range.first &- last)
            times.varint(UInt64(bitPattern: row.range.last &- row.range.first))
            last = row.range.last
            nodes.varint(UInt64(row.nodes.lowerBound))
            nodes.varint(UInt64(row.nodes.upperBound - row.nodes.lowerBound))
            checksums.fixed32(row.checksum)
        }
        writer.varint(rows.count)
        for column in [places, counts, times, nodes, checksums] { writer.lengthDelimited(column.bytes) }
    }

    static func decode(_ section: WireCursor, series rows: [SeriesRow]) throws(WireError) -> [TileRow] {
        var cursor = section
        let count = try cursor.count(limit: Int(UInt32.max), bytesEach: 12)
        var places = try cursor.nested()
        var counts = try cursor.nested()
        var times = try cursor.nested()
        var nodes = try cursor.nested()
        var checksums = try cursor.nested()
        var tiles: [TileRow] = []
        tiles.reserveCapacity(count)
        var series = 0
        var profile = 0
        var offset = 0
        var last: Int64 = 0
        for _ in 0..<count {
            let step = try places.varint(below: rows.count - series)
            if step > 0 { profile = 0 }
            series += step
            let byteCount = try places.varint(below: 1 << 48)
            let left = min(rows[series].profileCount - profile, Tile.profileCountMax)
            let profileCount = try counts.varint(below: left + 1)
            let sampleCount = try counts.varint(below: Int(UInt32.max))
            let first = last &+ (try times.zigzag())
            last = first &+ Int64(bitPattern: try times.varint())
            let low = try nodes.varint(below: Int(UInt32.max))
            let high = low + (try nodes.varint(below: Int(UInt32.max) - low))
            tiles.append(
                TileRow(
                    series: series,
                    profiles: profile..<profile + profileCount,
                    sampleCount: sampleCount,
                    range: TimeRange(first: first, last: last),
                    nodes: UInt32(low)...UInt32(high),
                    bytes: offset..<offset + byteCount,
                    checksum: try checksums.fixed32()
                )
            )
            profile += profileCount
            offset += byteCount
            guard offset < 1 << 48 else { throw .outOfRange(at: places.offset) }
        }
        return tiles
    }
}
