// SPDX-License-Identifier: Apache-2.0
package import ProfileModel

/// What one block holds of one dataset.
package struct BlockDataset: Hashable, Sendable {
    package var tenant: TenantID
    package var service: String
    package var profileTypes: [ProfileType]
    package var profileCount: Int64
    package var sampleCount: Int64

    package init(
        tenant: TenantID,
        service: String,
        profileTypes: [ProfileType],
        profileCount: Int64,
        sampleCount: Int64
    ) {
        self.tenant = tenant
        self.service = service
        self.profileTypes = profileTypes
        self.profileCount = profileCount
        self.sampleCount = sampleCount
    }
}

/// A block as the catalogue knows it; blocks never change once published.
package struct BlockRecord: Hashable, Sendable {
    package var id: BlockID
    /// 0 written by an ingester; higher by the compactor.
    package var level: Int
    /// Times of the first and last profile, in nanoseconds since 1970.
    package var timeRange: TimeRange
    package var byteCount: Int64
    /// Where the bytes lie, in the terms of the instance that wrote it.
    package var path: String
    package var instance: String
    package var epoch: Int64
    /// The block covers the write-ahead log of its instance in (`lsnLow`, `lsnHigh`].
    package var lsnLow: UInt64
    package var lsnHigh: UInt64
    package var contentHash: [UInt8]
    package var datasets: [BlockDataset]

    package init(
        id: BlockID,
        level: Int,
        timeRange: TimeRange,
        byteCount: Int64,
        path: String,
        instance: String,
        epoch: Int64,
        lsnLow: UInt64,
        lsnHigh: UInt64,
        contentHash: [UInt8],
        datasets: [BlockDataset]
    ) {
        self.id = id
        self.level = level
        self.timeRange = timeRange
        self.byteCount = byteCount
        self.path = path
        self.instance = instance
        self.epoch = epoch
        self.lsnLow = lsnLow
        self.lsnHigh = lsnHigh
        self.contentHash = contentHash
        self.datasets = datasets
    }
}

/// What became of a block that was to be published.
package enum PublishOutcome: Hashable, Sendable {
    case published
    /// It was there already, with the same content.
    case alreadyPublished
    /// It was deleted since: the file may go.
    case deleted
}

/// A block that appeared or disappeared.
package enum BlockChange: Hashable, Sendable {
    case published(BlockRecord)
    case deleted(BlockID)
}

/// Changes in commit order.
package struct BlockChanges: Hashable, Sendable {
    package var changes: [BlockChange]
    /// The version to ask from next time.
    package var version: Int64

    /// Nothing since the beginning.
    package static let none = BlockChanges(changes: [], version: 0)
}

/// A service of a tenant, as its published blocks show it.
package struct ServiceRecord: Hashable, Sendable {
    package var name: String
    /// Time of its newest profile in a block, in nanoseconds since 1970.
    package var lastSeen: Int64
    package var profileTypes: [ProfileType]
    package var profileCount: Int64
    package var sampleCount: Int64
}
