// SPDX-License-Identifier: Apache-2.0
package import ProfileModel

/// How much a head or a block holds in a range of time, for statistics: nothing is read for it but indices.
package struct StoredFigures: Hashable, Sendable {
    /// Whether it is a block on the disk, not a head.
    package var isBlock: Bool
    /// Times of the first and the last profile in the range.
    package var range: TimeRange
    package var seriesCount = 0
    package var profileCount = 0
    /// Samples of these profiles; in a block that is not wholly in the range, of the tiles they lie in.
    package var sampleCount = 0
    /// Bytes that say where which profile lies.
    package var indexByteCount = 0
    /// Bytes of samples.
    package var profileByteCount = 0
    /// Bytes of stacks, functions and texts.
    package var symbolByteCount = 0

    package init(isBlock: Bool, range: TimeRange) {
        self.isBlock = isBlock
        self.range = range
    }

    /// Adds `other`, which is a part of the same head or block.
    package mutating func add(_ other: StoredFigures) {
        self.range = self.range.united(with: other.range)
        self.seriesCount &+= other.seriesCount
        self.profileCount &+= other.profileCount
        self.sampleCount &+= other.sampleCount
        self.indexByteCount &+= other.indexByteCount
        self.profileByteCount &+= other.profileByteCount
        self.symbolByteCount &+= other.symbolByteCount
    }
}

extension TimeRange {
    /// The range from the earlier first to the later last instant.
    package func united(with other: TimeRange) -> TimeRange {
        TimeRange(first: min(self.first, other.first), last: max(self.last, other.last))
    }
}
