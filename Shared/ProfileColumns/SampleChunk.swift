// SPDX-License-Identifier: Apache-2.0

/// The samples of one profile in decoded columns; buffers are reused from profile to profile.
///
/// Samples are ordered by (label set, node); `values` is row-major, `typeCount` values per sample.
package struct SampleColumns: Sendable {
    package var nodes: [UInt32] = []
    package var labelSets: [UInt32] = []
    package var values: [Int64] = []

    package init() {}

    /// Empties the columns and keeps their memory.
    package mutating func removeAll() {
        self.nodes.removeAll(keepingCapacity: true)
        self.labelSets.removeAll(keepingCapacity: true)
        self.values.removeAll(keepingCapacity: true)
    }
}

/// The samples of a series' profiles, encoded one profile after the other.
package struct SampleChunk: Sendable {
    package let typeCount: Int
    /// Encoded samples of all profiles.
    package private(set) var bytes: [UInt8] = []
    /// Where profile `i` ends in `bytes`.
    package private(set) var ends: [Int] = []

    package init(typeCount: Int) { self.typeCount = typeCount }
}
