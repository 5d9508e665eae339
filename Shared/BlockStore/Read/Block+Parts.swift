// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import FlameGraph
internal import ProfileColumns
internal import ProfileModel

extension Block {
    /// Series, label sets and tiles of a dataset.
    func index(of dataset: Int) throws(BlockError) -> DatasetIndex {
        try self.part(.index, of: dataset) { () throws(BlockError) -> DatasetIndex in
            let labelSets = try self.readOnly(.labelSets, of: dataset) { (section) throws(WireError) in
                try LabelSetSection.decode(section)
            }
            let series = try self.readOnly(.series, of: dataset) { (section) throws(WireError) in
                try SeriesSection.decode(section, labelSetCount: labelSets.count)
            }
            let tiles = try self.readOnly(.tileIndex, of: dataset) { (section) throws(WireError) in
                try TileIndexSection.decode(section, series: series)
            }
            return DatasetIndex(series: series, labelSets: labelSets, tiles: tiles)
        }
    }

    /// Headers of all profiles of a dataset.
    func profiles(of dataset: Int, _ index: DatasetIndex) throws(BlockError) -> DatasetProfiles {
        try self.part(.profiles, of: dataset) { () throws(BlockError) -> DatasetProfiles in
            var series: [ProfileHeaders] = []
            for section in self.datasets[dataset].sections(.profiles) {
                guard section.itemCount <= index.series.count - series.count else {
                    throw .corrupt(.section(.profiles))
                }
                let rows = index.series[series.count..<series.count + section.itemCount]
                series += try self.read(section, as: .profiles) { (cursor) throws(WireError) in
                    try ProfileSection.decode(cursor, rows: rows)
                }
            }
            guard series.count == index.series.count else { throw .corrupt(.section(.profiles)) }
            return DatasetProfiles(series: series)
        }
    }

    /// Tree and names of a dataset.
    func frames(of dataset: Int) throws(BlockError) -> DatasetFrames {
        try self.part(.frames, of: dataset) { () throws(BlockError) -> DatasetFrames in
            let tree = try self.tree(of: dataset)
            let locations = try self.locations(of: dataset)
            guard tree.locationCount == locations.locations.count else { throw .corrupt(.section(.tree)) }
            let names = try FrameNames(self, dataset: dataset, locations)
            return DatasetFrames(
                parents: tree.parents,
                locations: tree.locations,
                table: names.table,
                nameByteCount: names.nameByteCount
            )
        }
    }

    func tree(of dataset: Int) throws(BlockError) -> TreeSection.Decoded {
        try self.readOnly(.tree, of: dataset) { (section) throws(WireError) in
            try TreeSection.decode(section)
        }
    }

    func locations(of dataset: Int) throws(BlockError) -> LocationSection.Decoded {
        try self.readOnly(.locations, of: dataset) { (section) throws(WireError) in
            try LocationSection.decode(section)
        }
    }

    /// Symbol store ids of a dataset's functions and mappings; nil in a pending block.
    func symbolIDs(of dataset: Int) throws(BlockError) -> SymbolIDs? {
        guard self.datasets[dataset].description.hasSymbolIDs else { return nil }
        return try self.readOnly(.symbolIDs, of: dataset) { (section) throws(WireError) in
            try SymbolIDs.decode(section)
        }
    }
}

/// The names of a dataset's locations.
private struct FrameNames {
    var table: FrameTable
    /// What the names take beyond their place in the table.
    var nameByteCount = 0

    init(
        _ block: Block,
        dataset: Int,
        _ locations: LocationSection.Decoded
    ) throws(BlockError) {
        let ids = try block.symbolIDs(of: dataset)
        if let ids, ids.functions.count != locations.functionCount {
            throw .corrupt(.section(.symbolIDs))
        }
        // A block with ids needs its recovery sections only for frames nobody has symbolised.
        let needsTexts = ids == nil || locations.locations.contains { $0.lineCount == 0 }
        let dictionary = needsTexts ? try block.symbols(of: dataset, locations) : DatasetDictionary()
        var names: [FrameName] = []
        var indices: [UInt32] = []
        if let ids {
            (names, indices) = Self.distinct(ids.functions) { .symbol($0) }
        } else {
            let texts = dictionary.functions.map { dictionary.strings[$0.name] }
            self.nameByteCount = texts.reduce(0) { $0 + $1.utf8.count }
            (names, indices) = Self.distinct(dictionary.functions.map(\.name)) {
                .text(dictionary.strings[$0])
            }
        }
        self.table = FrameTable(names: names, locationCapacity: locations.locations.count)
        for location in locations.locations {
            let first = Int(location.firstLine)
            for line in locations.lines[first..<first + Int(location.lineCount)].reversed() {
                self.table.appendFrame(name: indices[Int(line.function)])
            }
            if location.lineCount == 0 {
                let name = self.table.appendName(.text(dictionary.unsymbolizedName(of: location)))
                self.table.appendFrame(name: name)
            }
            self.table.endLocation()
        }
    }

    /// One name per distinct key, and for every key its name.
    private static func distinct<Key: Hashable>(
        _ keys: [Key],
        _ name: (Key) -> FrameName
    ) -> ([FrameName], [UInt32]) {
        var known: [Key: UInt32] = [:]
        var names: [FrameName] = []
        var indices: [UInt32] = []
        indices.reserveCapacity(keys.count)
        for key in keys {
            if let index = known[key] {
                indices.append(index)
                continue
            }
            known[key] = UInt32(names.count)
            indices.append(UInt32(names.count))
            names.append(name(key))
        }
        return (names, indices)
    }
}
