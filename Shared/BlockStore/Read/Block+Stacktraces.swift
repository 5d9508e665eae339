// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
package import FlameGraph
package import LabelSelector
package import ProfileColumns
package import ProfileModel

extension Block {
    /// Exact function trees of all samples of the query's type that match, one per dataset; names are
    /// symbol store ids where the block has them, texts in a pending block.
    ///
    /// - Complexity: O(nodes of the dataset + samples of matching series in range).
    package func stacktraces(
        tenant: TenantID,
        query: ProfileQuery
    ) throws(BlockError) -> [FunctionTree] {
        guard let type = query.type else { return [] }
        var trees: [FunctionTree] = []
        var reader = TileReader()
        for dataset in self.datasets(of: tenant) {
            guard let scan = try DatasetScan(self, dataset: dataset, query: query) else { continue }
            if let tree = try self.tree(scan, type: type, &reader) { trees.append(tree) }
        }
        return trees
    }

    /// Exact trees of locations of all samples of the query's type that match, one per dataset, in texts.
    ///
    /// - Complexity: as `stacktraces`, and the symbols of a dataset are read each time.
    package func locations(
        tenant: TenantID,
        query: ProfileQuery
    ) throws(BlockError) -> [LocationTree] {
        guard let type = query.type else { return [] }
        var trees: [LocationTree] = []
        var reader = TileReader()
        for dataset in self.datasets(of: tenant) {
            guard let scan = try DatasetScan(self, dataset: dataset, query: query),
                let found = try self.sums(scan, type: type, &reader)
            else { continue }
            let symbols = try self.dictionary(dataset: dataset)
            trees.append(LocationTree(of: symbols.dictionary, selfValues: found.sums))
        }
        return trees
    }

    /// Positions of a tenant's datasets, which lie side by side.
    func datasets(of tenant: TenantID) -> Range<Int> {
        let first = self.datasets.firstIndex { $0.description.tenant == tenant } ?? 0
        return first..<first + self.datasets[first...].prefix { $0.description.tenant == tenant }.count
    }

    /// The tree of one dataset; nil when no sample matches.
    private func tree(
        _ scan: DatasetScan,
        type: ProfileType,
        _ reader: inout TileReader
    ) throws(BlockError) -> FunctionTree? {
        guard let (frames, sums) = try self.sums(scan, type: type, &reader) else { return nil }
        return FunctionTree.fold(
            parents: frames.parents,
            locations: frames.locations,
            frames: frames.table,
            selfValues: sums
        )
    }

    /// The tree of one dataset and what its samples add up to, node by node; nil when no sample matches.
    private func sums(
        _ scan: DatasetScan,
        type: ProfileType,
        _ reader: inout TileReader
    ) throws(BlockError) -> (frames: DatasetFrames, sums: [Int64])? {
        var sums: [Int64] = []
        var frames: DatasetFrames?
        for (position, series) in scan.index.series.enumerated() {
            guard series.range.overlaps(scan.query.range), let column = series.types.firstIndex(of: type)
            else {
                continue
            }
            let match = scan.match(series, type: type)
            if match == .none { continue }
            if frames == nil {
                let loaded = try self.frames(of: scan.dataset)
                sums = [Int64](repeating: 0, count: loaded.parents.count)
                frames = loaded
            }
            try scan.forEachTile(ofSeries: position) { (tile, bytes, profiles) throws(WireError) in
                try reader.accumulate(
                    bytes,
                    type: column,
                    filter: TileFilter(profiles: profiles, labelSets: match.mask),
                    into: &sums
                )
            }
        }
        guard let frames else { return nil }
        return (frames, sums)
    }
}
