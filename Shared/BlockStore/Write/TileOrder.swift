// SPDX-License-Identifier: Apache-2.0

/// Sorts the samples of a tile by node, profile and label set: counting sorts from the least significant
/// digit up.
struct TileOrder {
    private static let digitBitCount: UInt32 = 11

    private var scratch: [TileSample] = []

    /// Sorts `samples`, which come profile by profile.
    ///
    /// - Complexity: O(samples) per digit of the largest node, and of the largest label set if there are
    ///   any.
    mutating func sort(_ samples: inout [TileSample]) {
        if self.scratch.count < samples.count {
            let blank = TileSample(node: 0, profile: 0, labelSet: 0, row: 0)
            self.scratch = [TileSample](repeating: blank, count: samples.count)
        }
        let labelSetMax = samples.reduce(0) { max($0, $1.labelSet) }
        if labelSetMax > 0 {
            self.sort(&samples, max: labelSetMax) { $0.labelSet }
            // They come by profile; sorting by label set has undone that.
            self.sort(&samples, max: UInt32(Tile.profileCountMax)) { $0.profile }
        }
        self.sort(&samples, max: samples.reduce(0) { max($0, $1.node) }) { $0.node }
    }

    /// Sorts by one key and keeps the order of samples with equal keys.
    @inline(__always)
    private mutating func sort(
        _ samples: inout [TileSample],
        max largest: UInt32,
        _ key: (TileSample) -> UInt32
    ) {
        var shift: UInt32 = 0
        while shift < 32, largest &>> shift > 0 {
            let mask = 1 &<< Self.digitBitCount - 1
            var slots = [Int](repeating: 0, count: Int(mask) + 1)
            for sample in samples { slots[Int(key(sample) &>> shift & mask)] &+= 1 }
            var next = 0
            for digit in slots.indices {
                let count = slots[digit]
                slots[digit] = next
                next &+= count
            }
            for sample in samples {
                let digit = Int(key(sample) &>> shift & mask)
                self.scratch[slots[digit]] = sample
                slots[digit] &+= 1
            }
            if self.scratch.count == samples.count {
                swap(&samples, &self.scratch)
            } else {
                samples.replaceSubrange(samples.indices, with: self.scratch[..<samples.count])
            }
            shift &+= Self.digitBitCount
        }
    }
}
