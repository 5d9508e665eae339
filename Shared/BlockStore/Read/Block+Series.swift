// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
package import LabelSelector
package import ProfileColumns
package import ProfileModel

extension Block {
    /// Series with a value other than 0 in the range: for every visible set of labels the types that have
    /// one and that the selector admits (of these the query's type where it names one).
    package func series(
        tenant: TenantID,
        query: ProfileQuery
    ) throws(BlockError) -> [SeriesDescription] {
        var order: [LabelSet] = []
        var types: [LabelSet: [ProfileType]] = [:]
        var reader = TileReader()
        for dataset in self.datasets(of: tenant) {
            guard let scan = try DatasetScan(self, dataset: dataset, query: query) else { continue }
            for (position, row) in scan.index.series.enumerated() where row.range.overlaps(query.range) {
                for (column, type) in row.types.enumerated() where query.type == nil || query.type == type {
                    for sample in try scan.labelSets(ofSeries: position, column: column, &reader)
                    where scan.admits(row, type, sample) {
                        let labels = SeriesLabels.merged(series: row.labels, sample: sample)
                        if types[labels] == nil { order.append(labels) }
                        if types[labels, default: []].contains(type) { continue }
                        types[labels, default: []].append(type)
                    }
                }
            }
        }
        return order.map { SeriesDescription(labels: $0, types: types[$0] ?? []) }
    }
}

extension DatasetScan {
    /// Distinct visible label sets of the samples in range that have a value of the type in `column`.
    fileprivate func labelSets(
        ofSeries series: Int,
        column: Int,
        _ reader: inout TileReader
    ) throws(BlockError) -> [LabelSet] {
        let row = self.index.series[series]
        let range = self.query.range
        var ids = row.labelSets.filter { $0.hasValue(ofType: column) }.map(\.id)
        if !range.contains(row.range.first) || !range.contains(row.range.last) {
            let isSingle = Set(ids.map { self.index.visible.indices[Int($0)] }).count <= 1
            let isSettled = isSingle ? try self.hasTotal(ofSeries: series, column: column) : false
            if !isSettled { ids = try self.labelSetsInRange(ofSeries: series, column: column, &reader) }
        }
        let visible = Set(ids.map { self.index.visible.indices[Int($0)] })
        return visible.sorted().map { self.index.visible.distinct[Int($0)] }
    }

    /// Whether a profile in range has a total other than 0: then a sample has, too.
    private func hasTotal(ofSeries series: Int, column: Int) throws(BlockError) -> Bool {
        let headers = try self.headers(ofSeries: series)
        let totals = headers.totals(ofType: column)
        return headers.profiles(in: self.query.range).contains { totals[totals.startIndex + $0] != 0 }
    }

    /// Ids of the label sets of the samples in range with a value, read from the tiles.
    private func labelSetsInRange(
        ofSeries series: Int,
        column: Int,
        _ reader: inout TileReader
    ) throws(BlockError) -> [UInt32] {
        var seen = [Bool](repeating: false, count: self.index.labelSets.count)
        try self.forEachTile(ofSeries: series) { (tile, bytes, profiles) throws(WireError) in
            let layout = try TileLayout(bytes)
            guard column < layout.divisors.count else { throw .outOfRange(at: 0) }
            let filter = TileFilter(profiles: profiles, labelSets: nil)
            try reader.visit(bytes, layout, type: column, filter) { sample in
                if sample.value != 0, sample.labelSet < seen.count { seen[sample.labelSet] = true }
            }
        }
        return seen.indices.filter { seen[$0] }.map { UInt32($0) }
    }
}
