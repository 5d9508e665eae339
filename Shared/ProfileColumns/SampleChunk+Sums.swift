// SPDX-License-Identifier: Apache-2.0

extension SampleChunk {
    /// Adds the values of `type` of all samples of `profiles` to `sums`, which has an element for every node.
    ///
    /// - Parameters:
    ///   - profiles: Indices of profiles of this chunk.
    ///   - type: Which value of each sample to add.
    ///   - labelSetMask: For every label set whether its samples count; nil for all.
    ///   - sums: Sums by node.
    package func accumulate(
        profiles: some Sequence<Int>,
        type: Int,
        labelSetMask: [Bool]?,
        into sums: inout [Int64]
    ) {
        let bytes = self.bytes.span
        var sums = sums.mutableSpan
        for profile in profiles {
            guard var reader = ChunkReader(self, profile: profile, type: type) else { continue }
            for _ in 0..<reader.runCount {
                reader.nextRun(bytes)
                if let labelSetMask, !labelSetMask[Int(reader.labelSet)] {
                    for _ in 0..<reader.runLength {
                        _ = reader.nextNode(bytes)
                        _ = reader.nextValue(bytes)
                    }
                    continue
                }
                for _ in 0..<reader.runLength {
                    let node = Int(reader.nextNode(bytes))
                    sums[node] &+= reader.nextValue(bytes)
                }
            }
        }
    }

    /// Adds the values of `type` of all samples of profile `profile` to `sums`, which has an element for
    /// every label set; `touched` gets the label sets the profile has samples of.
    package func accumulate(
        profile: Int,
        type: Int,
        byLabelSet sums: inout [Int64],
        touched: inout [UInt32]
    ) {
        guard var reader = ChunkReader(self, profile: profile, type: type) else { return }
        let bytes = self.bytes.span
        for _ in 0..<reader.runCount {
            reader.nextRun(bytes)
            touched.append(reader.labelSet)
            var sum: Int64 = 0
            for _ in 0..<reader.runLength { sum &+= reader.nextValue(bytes) }
            sums[Int(reader.labelSet)] &+= sum
        }
    }

    /// The sum of `type` over the samples of profile `profile` whose label set is in `labelSetMask`, nil when
    /// the profile has no such sample.
    package func total(profile: Int, type: Int, labelSetMask: [Bool]?) -> Int64? {
        guard var reader = ChunkReader(self, profile: profile, type: type) else { return nil }
        let bytes = self.bytes.span
        var total: Int64?
        for _ in 0..<reader.runCount {
            reader.nextRun(bytes)
            var sum: Int64 = 0
            for _ in 0..<reader.runLength { sum &+= reader.nextValue(bytes) }
            if labelSetMask?[Int(reader.labelSet)] ?? true { total = (total ?? 0) &+ sum }
        }
        return total
    }

    /// Marks in `seen`, which has an element for every label set, those that profile `profile` has samples
    /// of.
    package func markLabelSets(profile: Int, in seen: inout [Bool]) {
        guard var reader = ChunkReader(self, profile: profile, type: nil) else { return }
        let bytes = self.bytes.span
        for _ in 0..<reader.runCount {
            reader.nextRun(bytes)
            seen[Int(reader.labelSet)] = true
        }
    }
}

extension SampleChunk {
    /// How many samples profile `profile` has.
    package func sampleCount(profile: Int) -> Int {
        guard var reader = ChunkReader(self, profile: profile, type: nil) else { return 0 }
        let bytes = self.bytes.span
        var count = 0
        for _ in 0..<reader.runCount {
            reader.nextRun(bytes)
            count += reader.runLength
        }
        return count
    }

    /// Bytes that the samples of profile `profile` take.
    package func byteCount(profile: Int) -> Int {
        self.ends[profile] - (profile == 0 ? 0 : self.ends[profile - 1])
    }
}
