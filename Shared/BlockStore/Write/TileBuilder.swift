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
    private var valuedTypes: [UInt64]
    private var valuedLabelSets: Set<UInt32> = []
    private var samples: [TileSample] = []
    private var values: [Int64] = []
    private var times: [Int64] = []
    private var firstProfile = 0
    private var sampleCountOfSeries = 0
    private let nodes: [UInt32]
    private let labelSets: RankedRows
    private var decoded = SampleColumns()
    private var order = TileOrder()

    /// A builder that renumbers nodes and label sets.
    init(nodes: [UInt32], labelSets: RankedRows) {
        self.nodes = nodes
        self.labelSets = labelSets
        self.valuedTypes = [UInt64](repeating: 0, count: labelSets.sources.count)
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
        let count = self.decoded.nodes.count
        let isFull =
            self.times.count == Tile.profileCountMax || self.samples.count + count > Tile.sampleCountMax
        if !self.times.isEmpty, isFull {
            self.close(series: series, typeCount: chunk.typeCount, packer: &packer)
        }
        for sample in 0..<count {
            let labelSet = self.labelSets[self.decoded.labelSets[sample]]
            self.samples.append(
                TileSample(
                    node: self.nodes[Int(self.decoded.nodes[sample])],
                    profile: UInt32(self.times.count),
                    labelSet: labelSet,
                    row: UInt32(self.samples.count)
                )
            )
            var valued: UInt64 = 0
            for type in 0..<chunk.typeCount {
                let value = self.decoded.values[sample * chunk.typeCount + type]
                totals[type] &+= value
                if value != 0, type < 64 { valued |= 1 &<< UInt64(type) }
            }
            self.note(valued, of: labelSet)
        }
        self.values += self.decoded.values
        self.times.append(time)
        return totals
    }

    /// Remembers which types a label set has values of.
    private mutating func note(_ types: UInt64, of labelSet: UInt32) {
        guard types & ~self.valuedTypes[Int(labelSet)] != 0 else { return }
        self.valuedTypes[Int(labelSet)] |= types
        self.valuedLabelSets.insert(labelSet)
    }

    /// Ends the tiles of a series; tells how many samples it has and which label sets they have.
    mutating func endSeries(
        _ series: Int,
        typeCount: Int,
        packer: inout FramePacker
    ) -> (sampleCount: Int, labelSets: [UsedLabelSet]) {
        if !self.times.isEmpty { self.close(series: series, typeCount: typeCount, packer: &packer) }
        self.firstProfile = 0
        let used = self.valuedLabelSets.sorted().map {
            UsedLabelSet(id: $0, types: self.valuedTypes[Int($0)])
        }
        for labelSet in self.valuedLabelSets { self.valuedTypes[Int(labelSet)] = 0 }
        self.valuedLabelSets.removeAll(keepingCapacity: true)
        defer { self.sampleCountOfSeries = 0 }
        return (self.sampleCountOfSeries, used)
    }

    /// Makes one sample of those with equal places, which a dictionary with equal rows can lead to.
    private mutating func mergeEqualPlaces(typeCount: Int) {
        var kept = 0
        for index in self.samples.indices {
            let sample = self.samples[index]
            if kept > 0, self.samples[kept - 1].hasPlace(of: sample) {
                for type in 0..<typeCount {
                    let value = self.values[Int(sample.row) * typeCount + type]
                    self.values[Int(self.samples[kept - 1].row) * typeCount + type] &+= value
                }
            } else {
                self.samples[kept] = sample
                kept += 1
            }
        }
        self.samples.removeLast(self.samples.count - kept)
    }

    private mutating func close(series: Int, typeCount: Int, packer: inout FramePacker) {
        self.order.sort(&self.samples)
        self.mergeEqualPlaces(typeCount: typeCount)
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
