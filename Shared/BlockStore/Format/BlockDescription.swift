// SPDX-License-Identifier: Apache-2.0
package import ProfileModel

/// One dataset of a block, as the directory tells it.
package struct DatasetDescription: Hashable, Sendable {
    package var tenant: TenantID
    package var service: String
    /// Times of the first and the last profile.
    package var range: TimeRange
    /// Distinct types, sorted by their text.
    package var types: [ProfileType]
    /// Names of the sample labels that label APIs show, sorted.
    package var sampleLabelNames: [String]
    package var seriesCount: Int
    package var profileCount: Int
    package var sampleCount: Int
    /// Bytes of all sections in the file.
    package var byteCount: Int
    /// Whether functions and mappings have their symbol store ids.
    package var hasSymbolIDs: Bool
}

/// What a block says about itself without reading any sample.
package struct BlockDescription: Hashable, Sendable {
    package var header: BlockHeader
    /// Sorted by tenant and service.
    package var datasets: [DatasetDescription]
    /// Bytes of the whole file.
    package var byteCount: Int
    /// Identifies the content: equal for equal bytes.
    package var contentHash: UInt64

    /// Whether every dataset can name its functions by symbol store ids; a block without is pending.
    package var hasSymbolIDs: Bool { self.datasets.allSatisfy(\.hasSymbolIDs) }

    /// Times of the first and the last profile; nil for a block without datasets.
    package var range: TimeRange? {
        guard let first = self.datasets.map(\.range.first).min(),
            let last = self.datasets.map(\.range.last).max()
        else { return nil }
        return TimeRange(first: first, last: last)
    }

    package var profileCount: Int { self.datasets.reduce(0) { $0 &+ $1.profileCount } }
}
