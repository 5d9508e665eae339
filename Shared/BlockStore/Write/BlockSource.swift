// SPDX-License-Identifier: Apache-2.0
package import ProfileColumns

/// One dataset on its way into a block.
package struct BlockSource: Sendable {
    package var snapshot: DatasetSnapshot
    /// Symbol store ids of the snapshot's functions, by row; nil while the catalogue is out of reach.
    package var functionIDs: [Int64]?
    /// Symbol store ids of the snapshot's mappings, by row.
    package var mappingIDs: [Int64]?

    /// A dataset with the ids of its symbols; both lists or none.
    ///
    /// Rows no sample reaches may have any id.
    package init(snapshot: DatasetSnapshot, functionIDs: [Int64]? = nil, mappingIDs: [Int64]? = nil) {
        self.snapshot = snapshot
        self.functionIDs = functionIDs
        self.mappingIDs = mappingIDs
    }
}
