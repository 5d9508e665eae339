// SPDX-License-Identifier: Apache-2.0
package import ProfileModel

/// Facts about a block as a whole.
package struct BlockHeader: Hashable, Sendable {
    package var id: BlockID
    /// 0: written by an ingester; 1 and up: by the compactor.
    package var level: UInt8
    /// The ingester whose log the block covers.
    package var instance: String
    /// Fencing epoch of that ingester.
    package var epoch: Int64
    /// The block holds what the log says in (`lsnLow`, `lsnHigh`].
    package var lsnLow: UInt64
    package var lsnHigh: UInt64
    package var createdNanoseconds: Int64
    /// Name and version of the program that wrote the block.
    package var writer: String

    /// The facts as given; nothing is checked.
    package init(
        id: BlockID,
        level: UInt8,
        instance: String,
        epoch: Int64,
        lsnLow: UInt64,
        lsnHigh: UInt64,
        createdNanoseconds: Int64,
        writer: String
    ) {
        self.id = id
        self.level = level
        self.instance = instance
        self.epoch = epoch
        self.lsnLow = lsnLow
        self.lsnHigh = lsnHigh
        self.createdNanoseconds = createdNanoseconds
        self.writer = writer
    }
}
