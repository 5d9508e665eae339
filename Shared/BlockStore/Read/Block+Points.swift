// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
package import LabelSelector
package import ProfileColumns
package import ProfileModel

extension Block {
    /// Points of all profiles `query` admits, grouped by the labels named in `groupBy`.
    package func points(
        tenant: TenantID,
        query: ProfileQuery,
        groupBy: [String],
        kind: PointKind
    ) throws(BlockError) -> [LabeledPoints] {
        guard let type = query.type else { return [] }
        var found: [LabeledPoints] = []
        var reader = TileReader()
        for dataset in self.datasets(of: tenant) {
            guard let scan = try DatasetScan(self, dataset: dataset, query: query) else { continue }
            var points = try DatasetPoints(scan, kind: kind, groupBy: groupBy)
            for (position, series) in scan.index.series.enumerated() {
                guard series.range.overlaps(query.range), let column = series.types.firstIndex(of: type)
                else { continue }
                try points.add(series: position, type: type, column: column, &reader)
            }
            found += points.collected
        }
        return found
    }

    /// How much the block holds of `tenant` in `range`; nil for nothing.
    package func figures(tenant: TenantID, range: TimeRange) throws(BlockError) -> StoredFigures? {
        var sum: StoredFigures?
        for dataset in self.datasets(of: tenant) {
            let description = self.datasets[dataset].description
            guard description.range.overlaps(range) else { continue }
            let part: StoredFigures?
            if range.contains(description.range.first), range.contains(description.range.last) {
                part = self.figures(ofDataset: dataset)
            } else {
                part = try self.figures(ofDataset: dataset, in: range)
            }
            guard let part else { continue }
            if sum == nil { sum = part } else { sum?.add(part) }
        }
        return sum
    }

    private func figures(ofDataset dataset: Int) -> StoredFigures {
        let entry = self.datasets[dataset]
        var figures = StoredFigures(isBlock: true, range: entry.description.range)
        figures.seriesCount = entry.description.seriesCount
        figures.profileCount = entry.description.profileCount
        figures.sampleCount = entry.description.sampleCount
        for section in entry.sections {
            switch SectionKind(rawValue: section.kind) {
            case .samples: figures.profileByteCount &+= section.bytes.count
            case .series, .labelSets, .profiles, .uids, .tileIndex:
                figures.indexByteCount &+= section.bytes.count
            default: figures.symbolByteCount &+= section.bytes.count
            }
        }
        return figures
    }

    private func figures(
        ofDataset dataset: Int,
        in range: TimeRange
    ) throws(BlockError) -> StoredFigures? {
        let whole = self.figures(ofDataset: dataset)
        let index = try self.index(of: dataset)
        let profiles = try self.profiles(of: dataset, index)
        var sum: StoredFigures?
        for (position, headers) in profiles.series.enumerated() {
            let inRange = headers.profiles(in: range)
            guard !inRange.isEmpty else { continue }
            let times = headers.times[inRange]
            var part = StoredFigures(
                isBlock: true,
                range: TimeRange(first: times[inRange.lowerBound], last: times[inRange.upperBound - 1])
            )
            part.seriesCount = 1
            part.profileCount = inRange.count
            for tile in index.tiles[index.tilesOfSeries[position]] where tile.profiles.overlaps(inRange) {
                part.sampleCount &+= tile.sampleCount
                part.profileByteCount &+= tile.bytes.count
            }
            if sum == nil { sum = part } else { sum?.add(part) }
        }
        // Indices and symbols are read whole.
        sum?.indexByteCount = whole.indexByteCount
        sum?.symbolByteCount = whole.symbolByteCount
        return sum
    }
}

/// Collects the points of one dataset.
private struct DatasetPoints {
    private let scan: DatasetScan
    private let uids: [ProfileUID]
    /// For every series where its uids begin.
    private let uidStarts: [Int]
    private var collector: PointCollector

    init(_ scan: DatasetScan, kind: PointKind, groupBy: [String]) throws(BlockError) {
        self.scan = scan
        self.uids = try scan.block.uids(dataset: scan.dataset)
        var starts: [Int] = []
        var next = 0
        for series in scan.index.series {
            starts.append(next)
            next += series.profileCount
        }
        guard next == self.uids.count else { throw .corrupt(.section(.uids)) }
        self.uidStarts = starts
        self.collector = PointCollector(
            kind,
            names: Set(groupBy),
            labelSets: scan.index.labelSets,
            visible: scan.index.visible
        )
    }

    var collected: [LabeledPoints] { self.collector.collected }

    mutating func add(
        series: Int,
        type: ProfileType,
        column: Int,
        _ reader: inout TileReader
    ) throws(BlockError) {
        let row = self.scan.index.series[series]
        let match = self.scan.match(row, type: type)
        if match == .none { return }
        let headers = try self.scan.headers(ofSeries: series)
        let firstUID = self.uidStarts[series]
        self.collector.begin(series: row.labels, type: type)
        if let slot = self.collector.onlySlot, match == .all {
            let values = headers.totals(ofType: column)
            for profile in headers.profiles(in: self.scan.query.range) {
                self.collector.add(
                    slot: slot,
                    timeNanoseconds: headers.times[profile],
                    uid: self.uids[firstUID + profile],
                    value: values[values.startIndex + profile]
                )
            }
            return
        }
        var sums: [Place: Int64] = [:]
        let slots = self.collector.slots
        try self.scan.forEachTile(ofSeries: series) { (tile, bytes, profiles) throws(WireError) in
            let layout = try TileLayout(bytes)
            guard column < layout.divisors.count else { throw .outOfRange(at: 0) }
            let filter = TileFilter(profiles: profiles, labelSets: match.mask)
            try reader.visit(bytes, layout, type: column, filter) { sample in
                guard sample.profile < tile.profiles.count, sample.labelSet < slots.count,
                    let slot = slots[sample.labelSet]
                else { return }
                let profile = tile.profiles.lowerBound + sample.profile
                sums[Place(profile: profile, slot: slot), default: 0] &+= sample.value
            }
        }
        for (place, value) in sums.sorted(by: { $0.key < $1.key }) {
            self.collector.add(
                slot: place.slot,
                timeNanoseconds: headers.times[place.profile],
                uid: self.uids[firstUID + place.profile],
                value: value
            )
        }
    }

    private struct Place: Hashable, Comparable {
        var profile: Int
        var slot: Int

        static func < (left: Place, right: Place) -> Bool {
            left.profile == right.profile ? left.slot < right.slot : left.profile < right.profile
        }
    }
}
