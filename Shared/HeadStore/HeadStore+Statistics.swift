// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Figures for metrics; counts are since the store was opened, replayed profiles included.
package struct HeadStoreStatistics: Hashable, Sendable {
    /// Estimated bytes held in heads.
    package let byteCount: Int
    /// Bytes of profiles that wait to be decided and durable.
    package let inFlightByteCount: Int
    package let storedCount: Int
    package let duplicateCount: Int
    package let rejectedCount: Int
    /// Everything up to here is durable.
    package let durableLSN: UInt64
}

extension HeadStore {
    /// The figures of this instant.
    package var statistics: HeadStoreStatistics {
        HeadStoreStatistics(
            byteCount: self.core.counters.byteCount.load(ordering: .relaxed),
            inFlightByteCount: self.inFlight.load(ordering: .relaxed),
            storedCount: self.core.counters.storedCount.load(ordering: .relaxed),
            duplicateCount: self.core.counters.duplicateCount.load(ordering: .relaxed),
            rejectedCount: self.core.counters.rejectedCount.load(ordering: .relaxed),
            durableLSN: self.core.durable.load(ordering: .acquiring)
        )
    }
}
