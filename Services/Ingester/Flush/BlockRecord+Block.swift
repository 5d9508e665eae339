// SPDX-License-Identifier: Apache-2.0
internal import BlockStore
internal import CatalogStore
internal import ProfileModel

extension BlockRecord {
    /// What the catalogue is told about a block.
    init(_ description: BlockDescription) {
        let header = description.header
        self.init(
            id: header.id,
            level: Int(header.level),
            timeRange: description.range ?? .init(first: 0, last: 0),
            byteCount: Int64(description.byteCount),
            path: "\(header.id).pblk",
            instance: header.instance,
            epoch: header.epoch,
            lsnLow: header.lsnLow,
            lsnHigh: header.lsnHigh,
            contentHash: (0..<8).map { UInt8(truncatingIfNeeded: description.contentHash >> (56 - 8 * $0)) },
            datasets: description.datasets.map { dataset in
                BlockDataset(
                    tenant: dataset.tenant,
                    service: dataset.service,
                    profileTypes: dataset.types,
                    profileCount: Int64(dataset.profileCount),
                    sampleCount: Int64(dataset.sampleCount)
                )
            }
        )
    }
}
