// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProfileColumns
internal import ProfileModel

/// Cuts the profiles of a dataset's series into tiles.
struct TileBuilder: ~Copyable {
    /// All tiles so far, one after the other.
    private(set) var bytes: [UInt8] = []
    private(set) var rows: [TileRow] = []
    private(set) var sampleCount = 0
    /// Samples of the series that ended last.
    private(set) var sampleCountOfLastSeries = 0
    private var samples: [TileSample] = []
    private var values: [Int64] = []
    private var times: [Int64] = []
    private var firstProfile = 0
    private var sampleCountOfSeries = 0
    private let nodes: [UInt32]
    private let labelSets: RankedRows
    private var decoded = SampleColumns()

    /// A builder that renumbers nodes and label sets.
    init(nodes: [UInt32], labelSets: RankedRows) {
        self.nodes = nodes
        self.labelSets = labelSets
    }

    /// Adds the next profile of a series; closes the open tile first when the profile does not fit.
    ///
    /// - Returns: The profile's total per type.
    mutating func append(
        _ chunk: SampleChunk,
        profile: Int,
        time: Int64,
        series: Int,
        packer: inout FramePacker
    ) -> [Int64] {
        chunk.decode(profile: profile, into: &self.decoded)
        var totals = [Int64](repeating: 0, count: chunk.typeCount)
        let own = self.mergedSamples(typeCount: chunk.typeCount)
        let isFull =
            self.times.count == Tile.profileCountMax
            || self.samples.count + own.count > Tile.sampleCountMax
        if !self.times.isEmpty, isFull {
            self.close(series: series, typeCount: chunk.typeCount, packer: &packer)
        }
        for var sample in own {
            let source = Int(sample.row) * chunk.typeCount
            sample.profile = UInt32(self.times.count)
            sample.row = UInt32(self.samples.count)
            for type in 0..<chunk.typeCount {
                totals[type] &+= self.decoded.values[source + type]
                self.values.append(self.decoded.values[source + type])
            }
            self.samples.append(sample)
        }
        self.times.append(time)
        return totals
    }

    /// The decoded samples renumbered and sorted; equal places become one sample, their values summed.
    private mutating func mergedSamples(typeCount: Int) -> [TileSample] {
        var sorted = self.decoded.nodes.indices.map { row in
            TileSample(
                node: self.nodes[Int(self.decoded.nodes[row])],
                profile: 0,
                labelSet: self.labelSets[self.decoded.labelSets[row]],
                row: UInt32(row)
            )
        }
        sorted.sort(by: TileSample.precedes)
        var kept = 0
        for index in sorted.indices {
            let sample = sorted[index]
            if kept > 0, !TileSample.precedes(sorted[kept - 1], sample) {
                for type in 0..<typeCount {
                    let value = self.decoded.values[Int(sample.row) * typeCount + type]
                    self.decoded.values[Int(sorted[kept - 1].row) * typeCount + type] &+= value
                }
            } else {
                sorted[kept] = sample
                kept += 1
            }
        }
        sorted.removeLast(sorted.count - kept)
        return sorted
    }

    /// Ends the tiles of a series.
    mutating func endSeries(_ series: Int, typeCount: Int, packer: inout FramePacker) {
        if !self.times.isEmpty { self.close(series: series, typeCount: typeCount, packer: &packer) }
        self.firstProfile = 0
        self.sampleCountOfLastSeries = self.sampleCountOfSeries
        self.sampleCountOfSeries = 0
    }

    private mutating func close(series: Int, typeCount: Int, packer: inout FramePacker) {
        self.samples.sort(by: TileSample.precedes)
        let tile = TileEncoder.encode(
            self.samples,
            values: self.values,
            typeCount: typeCount,
            packer: &packer
        )
        let start = self.bytes.count
        self.bytes += tile
        self.rows.append(
            TileRow(
                series: series,
                profiles: self.firstProfile..<self.firstProfile + self.times.count,
                sampleCount: self.samples.count,
                range: TimeRange(first: self.times.first ?? 0, last: self.times.last ?? 0),
                nodes: (self.samples.first?.node ?? 0)...(self.samples.last?.node ?? 0),
                bytes: start..<self.bytes.count,
                checksum: CRC32C.checksum(tile)
            )
        )
        self.sampleCount += self.samples.count
        self.sampleCountOfSeries += self.samples.count
        self.firstProfile += self.times.count
        self.samples.removeAll(keepingCapacity: true)
        self.values.removeAll(keepingCapacity: true)
        self.times.removeAll(keepingCapacity: true)
    }
}
