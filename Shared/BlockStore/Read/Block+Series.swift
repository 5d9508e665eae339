// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
package import LabelSelector
package import ProfileColumns
package import ProfileModel

extension Block {
    /// Series that have a profile in the range, once for every visible label set that their samples in the
    /// range have; only those the selector admits for one of their types (for the query's type where it
    /// names one).
    package func series(
        tenant: TenantID,
        query: ProfileQuery
    ) throws(BlockError) -> [SeriesDescription] {
        var found: Set<SeriesDescription> = []
        var ordered: [SeriesDescription] = []
        var reader = TileReader()
        for dataset in self.datasets(of: tenant) {
            guard let scan = try DatasetScan(self, dataset: dataset, query: query) else { continue }
            for (position, row) in scan.index.series.enumerated() {
                guard row.range.overlaps(query.range) else { continue }
                if let type = query.type, !row.types.contains(type) { continue }
                for labels in try scan.visibleLabelSets(ofSeries: position, &reader) {
                    guard let description = scan.describe(row, sample: labels) else { continue }
                    if found.insert(description).inserted { ordered.append(description) }
                }
            }
        }
        return ordered
    }
}

extension DatasetScan {
    /// What the label APIs show of samples labelled `sample`: the types under which the selector admits
    /// them.
    fileprivate func describe(_ row: SeriesRow, sample: LabelSet) -> SeriesDescription? {
        let types = row.types.filter { type in
            guard self.query.type.map({ $0 == type }) ?? true else { return false }
            let labels = SeriesLabels.visible(series: row.labels, type: type, sample: sample)
            return self.query.selector.matches(labels)
        }
        guard !types.isEmpty else { return nil }
        return SeriesDescription(
            labels: SeriesLabels.merged(series: row.labels, sample: sample),
            types: types
        )
    }

    /// Distinct visible label sets of the samples in range; none when the series has no profile in range.
    fileprivate func visibleLabelSets(
        ofSeries series: Int,
        _ reader: inout TileReader
    ) throws(BlockError) -> [LabelSet] {
        let row = self.index.series[series]
        let isCovered =
            self.query.range.contains(row.range.first) && self.query.range.contains(row.range.last)
        var ids = row.labelSets
        if !isCovered {
            guard try !self.headers(ofSeries: series).profiles(in: self.query.range).isEmpty else {
                return []
            }
            if self.index.visible.distinct.count > 1 {
                ids = try self.labelSetsInRange(ofSeries: series, &reader)
            }
        }
        // Profiles without samples still belong to their series.
        if ids.isEmpty { return [.empty] }
        let visible = Set(ids.map { self.index.visible.indices[Int($0)] })
        return visible.sorted().map { self.index.visible.distinct[Int($0)] }
    }

    /// Ids of the label sets of the samples in range, read from the tiles.
    private func labelSetsInRange(
        ofSeries series: Int,
        _ reader: inout TileReader
    ) throws(BlockError) -> [UInt32] {
        var seen = [Bool](repeating: false, count: self.index.labelSets.count)
        try self.forEachTile(ofSeries: series) { (tile, bytes, profiles) throws(WireError) in
            let layout = try TileLayout(bytes)
            let filter = TileFilter(profiles: profiles, labelSets: nil)
            try reader.visit(bytes, layout, type: nil, filter) { sample in
                if sample.labelSet < seen.count { seen[sample.labelSet] = true }
            }
        }
        return seen.indices.filter { seen[$0] }.map { UInt32($0) }
    }
}
