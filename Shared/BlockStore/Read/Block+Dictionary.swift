// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
package import ProfileColumns
package import ProfileModel

/// The symbols of a dataset as a block holds them, for filling the symbol store again.
package struct RecoveredSymbols: Sendable {
    /// Strings, functions, mappings, locations, lines and tree in canonical order.
    package var dictionary: DatasetDictionary
    /// Symbol store ids by row; nil in a pending block.
    package var functionIDs: [Int64]?
    /// Symbol store ids by row; nil in a pending block.
    package var mappingIDs: [Int64]?
}

extension Block {
    /// Reads all symbols of a dataset, given by its position in the description.
    ///
    /// Nothing is cached.
    package func dictionary(dataset: Int) throws(BlockError) -> RecoveredSymbols {
        let tree = try self.tree(of: dataset)
        let locations = try self.locations(of: dataset)
        guard tree.locationCount == locations.locations.count else { throw .corrupt(.section(.tree)) }
        var dictionary = try self.symbols(of: dataset, locations)
        dictionary.locations = locations.locations
        dictionary.lines = locations.lines
        dictionary.nodeParents = tree.parents
        dictionary.nodeLocations = tree.locations
        let ids = try self.symbolIDs(of: dataset)
        if let ids {
            guard ids.functions.count == dictionary.functions.count,
                ids.mappings.count == dictionary.mappings.count
            else { throw .corrupt(.section(.symbolIDs)) }
        }
        return RecoveredSymbols(
            dictionary: dictionary,
            functionIDs: ids?.functions,
            mappingIDs: ids?.mappings
        )
    }

    /// Uids of all profiles, dataset after dataset.
    package func uids() throws(BlockError) -> [ProfileUID] {
        var uids: [ProfileUID] = []
        for dataset in self.datasets.indices { uids += try self.uids(dataset: dataset) }
        return uids
    }

    /// Uids of the profiles of a dataset, given by its position in the description: what a head must know to
    /// recognise a retry.
    package func uids(dataset: Int) throws(BlockError) -> [ProfileUID] {
        var uids: [ProfileUID] = []
        for section in self.datasets[dataset].sections(.uids) {
            uids += try self.read(section, as: .uids) { (cursor) throws(WireError) in
                try UIDSection.decode(cursor)
            }
        }
        guard uids.count == self.datasets[dataset].description.profileCount else {
            throw .corrupt(.section(.uids))
        }
        return uids
    }

    /// Strings, functions and mappings of a dataset, checked against what its locations refer to.
    func symbols(of dataset: Int, _ locations: LocationSection.Decoded) throws(BlockError)
        -> DatasetDictionary
    {
        var dictionary = DatasetDictionary()
        let strings = try self.readOnly(.strings, of: dataset) { (section) throws(WireError) in
            try StringSection.decode(section)
        }
        dictionary.strings = strings
        dictionary.functions = try self.readOnly(.functions, of: dataset) { (section) throws(WireError) in
            try FunctionSection.decode(section, stringCount: strings.count)
        }
        dictionary.mappings = try self.readOnly(.mappings, of: dataset) { (section) throws(WireError) in
            try MappingSection.decode(section, stringCount: strings.count)
        }
        guard dictionary.functions.count == locations.functionCount,
            dictionary.mappings.count == locations.mappingCount
        else { throw .corrupt(.section(.locations)) }
        return dictionary
    }
}
