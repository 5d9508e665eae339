// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
package import LabelSelector
package import ProfileColumns
package import ProfileModel

extension Block {
    /// Totals per profile of the query's type, grouped by the labels named in `groupBy` (empty: one group);
    /// groups are sorted by their labels, totals by time.
    ///
    /// A profile whose samples carry different labels adds one total to each of their groups. Totals of 0
    /// are left out.
    package func totals(
        tenant: TenantID,
        query: ProfileQuery,
        groupBy: [String]
    ) throws(BlockError) -> [LabeledTotals] {
        guard let type = query.type else { return [] }
        var groups = TotalGroups(names: Set(groupBy))
        var reader = TileReader()
        for dataset in self.datasets(of: tenant) {
            guard let scan = try DatasetScan(self, dataset: dataset, query: query) else { continue }
            let names = groupBy + query.selector.matchers.map(\.name)
            let readsSamples = scan.dependsOnSamples(names)
            for (position, series) in scan.index.series.enumerated() {
                guard series.range.overlaps(query.range), let column = series.types.firstIndex(of: type)
                else {
                    continue
                }
                if readsSamples {
                    try groups.addSamples(scan, series: position, type: type, column: column, &reader)
                } else {
                    try groups.addHeaders(scan, series: position, type: type, column: column)
                }
            }
        }
        return groups.sorted()
    }
}

/// Totals by the labels of their group.
private struct TotalGroups {
    private let names: Set<String>
    private var totals: [LabelSet: [TimedTotal]] = [:]

    init(names: Set<String>) { self.names = names }

    func sorted() -> [LabeledTotals] {
        self.totals.sorted { $0.key < $1.key }.map { labels, totals in
            LabeledTotals(labels: labels, totals: totals.sorted { $0.timeNanoseconds < $1.timeNanoseconds })
        }
    }

    /// The group of a label set.
    private func key(_ series: SeriesRow, type: ProfileType, _ sample: LabelSet = .empty) -> LabelSet {
        SeriesLabels.visible(self.names, series: series.labels, type: type, sample: sample)
    }

    /// Takes the stored totals: no sample is read.
    mutating func addHeaders(
        _ scan: DatasetScan,
        series: Int,
        type: ProfileType,
        column: Int
    ) throws(BlockError) {
        let row = scan.index.series[series]
        guard scan.match(row, type: type) != .none else { return }
        let headers = try scan.headers(ofSeries: series)
        let values = headers.totals(ofType: column)
        let added = headers.profiles(in: scan.query.range).compactMap { profile -> TimedTotal? in
            let value = values[values.startIndex + profile]
            guard value != 0 else { return nil }
            return TimedTotal(timeNanoseconds: headers.times[profile], value: value)
        }
        guard !added.isEmpty else { return }
        self.totals[self.key(row, type: type), default: []] += added
    }

    /// Sums samples by profile and group.
    mutating func addSamples(
        _ scan: DatasetScan,
        series: Int,
        type: ProfileType,
        column: Int,
        _ reader: inout TileReader
    ) throws(BlockError) {
        let row = scan.index.series[series]
        let match = scan.match(row, type: type)
        if match == .none { return }
        let headers = try scan.headers(ofSeries: series)
        let groups = self.groups(scan, row, type: type)
        let width = groups.keys.count
        var rows: [LabelSet: [TimedTotal]] = [:]
        try scan.forEachTile(ofSeries: series) { (tile, bytes, profiles) throws(WireError) in
            var sums = [Int64](repeating: 0, count: tile.profiles.count * width)
            let layout = try TileLayout(bytes)
            guard column < layout.divisors.count else { throw .outOfRange(at: 0) }
            let filter = TileFilter(profiles: profiles, labelSets: match.mask)
            try reader.visit(bytes, layout, type: column, filter) { sample in
                guard sample.labelSet < groups.indices.count, sample.profile < tile.profiles.count else {
                    return
                }
                let place = sample.profile * width + groups.indices[sample.labelSet]
                sums[place] &+= sample.value
            }
            for (place, sum) in sums.enumerated() where sum != 0 {
                let time = headers.times[tile.profiles.lowerBound + place / width]
                rows[groups.keys[place % width], default: []].append(
                    TimedTotal(timeNanoseconds: time, value: sum)
                )
            }
        }
        for (key, added) in rows { self.totals[key, default: []] += added }
    }

    /// The groups of a series' samples, and for every label set its group.
    private func groups(
        _ scan: DatasetScan,
        _ row: SeriesRow,
        type: ProfileType
    ) -> (keys: [LabelSet], indices: [Int]) {
        var keys: [LabelSet] = []
        var known: [LabelSet: Int] = [:]
        let distinct = scan.index.visible.distinct.map { sample -> Int in
            let key = self.key(row, type: type, sample)
            if let index = known[key] { return index }
            known[key] = keys.count
            keys.append(key)
            return keys.count - 1
        }
        return (keys, scan.index.visible.indices.map { distinct[Int($0)] })
    }
}
