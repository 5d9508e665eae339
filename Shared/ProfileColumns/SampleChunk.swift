// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

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
///
/// A profile is: sample count; run count; per run of equal label sets the label set (difference to the run
/// before) and its sample count; the node column; one value column per type. A column is its byte count (four
/// bytes, little-endian) and its bytes, so that a reader of one type hops over the others. Nodes are zigzag
/// differences within their run. A value column begins with the greatest common divisor of its values; zigzag
/// quotients follow. All other numbers are LEB128. The bytes never leave the process: they are trusted.
package struct SampleChunk: Sendable {
    package let typeCount: Int
    /// Encoded samples of all profiles.
    package internal(set) var bytes: [UInt8] = []
    /// Where profile `i` ends in `bytes`.
    package internal(set) var ends: [Int] = []

    package init(typeCount: Int) { self.typeCount = typeCount }

    /// How many profiles were appended.
    package var profileCount: Int { self.ends.count }

    /// Appends the samples of one profile, which must be sorted by (label set, node).
    package mutating func append(_ samples: borrowing SampleColumns) {
        let count = samples.nodes.count
        precondition(samples.labelSets.count == count && samples.values.count == count * self.typeCount)
        LEB128.append(UInt64(count), to: &self.bytes)
        if count > 0 {
            self.appendRuns(samples.labelSets.span)
            self.appendNodes(samples.nodes.span, samples.labelSets.span)
            for type in 0..<self.typeCount { self.appendValues(samples.values.span, type: type) }
        }
        self.ends.append(self.bytes.count)
    }

    /// Removes profiles from the end until `count` are left.
    package mutating func truncate(toProfileCount count: Int) {
        guard count < self.ends.count else { return }
        let byteCount = count == 0 ? 0 : self.ends[count - 1]
        self.bytes.removeLast(self.bytes.count - byteCount)
        self.ends.removeLast(self.ends.count - count)
    }

    /// Replaces the content of `samples` by the samples of profile `profile`.
    package func decode(profile: Int, into samples: inout SampleColumns) {
        samples.removeAll()
        guard var reader = ChunkReader(self, profile: profile, type: nil) else { return }
        let bytes = self.bytes.span
        for _ in 0..<reader.runCount {
            reader.nextRun(bytes)
            for _ in 0..<reader.runLength {
                samples.nodes.append(reader.nextNode(bytes))
                samples.labelSets.append(reader.labelSet)
            }
        }
        let count = samples.nodes.count
        samples.values.append(contentsOf: repeatElement(0, count: count * self.typeCount))
        var values = samples.values.mutableSpan
        for type in 0..<self.typeCount {
            reader.openColumn(bytes)
            var index = type
            for _ in 0..<count {
                values[index] = reader.nextValue(bytes)
                index &+= self.typeCount
            }
        }
    }
}

// MARK: - Encoding

extension SampleChunk {
    private mutating func appendRuns(_ labelSets: Span<UInt32>) {
        var runCount = 1
        for index in 1..<labelSets.count where labelSets[index] != labelSets[index - 1] { runCount += 1 }
        LEB128.append(UInt64(runCount), to: &self.bytes)
        var start = 0
        var before: UInt32 = 0
        for index in 1...labelSets.count {
            guard index == labelSets.count || labelSets[index] != labelSets[start] else { continue }
            LEB128.append(UInt64(labelSets[start] &- before), to: &self.bytes)
            LEB128.append(UInt64(index - start), to: &self.bytes)
            before = labelSets[start]
            start = index
        }
    }

    private mutating func appendNodes(_ nodes: Span<UInt32>, _ labelSets: Span<UInt32>) {
        let mark = self.beginColumn()
        var before: Int64 = 0
        for index in nodes.indices {
            if index > 0, labelSets[index] != labelSets[index - 1] { before = 0 }
            let node = Int64(nodes[index])
            LEB128.append(ZigZag.encode(node &- before), to: &self.bytes)
            before = node
        }
        self.endColumn(mark)
    }

    private mutating func appendValues(_ values: Span<Int64>, type: Int) {
        let mark = self.beginColumn()
        let divisor = self.commonDivisor(values, type: type)
        LEB128.append(UInt64(divisor), to: &self.bytes)
        var index = type
        while index < values.count {
            let value = divisor == 1 ? values[index] : values[index] / divisor
            LEB128.append(ZigZag.encode(value), to: &self.bytes)
            index &+= self.typeCount
        }
        self.endColumn(mark)
    }

    /// The greatest divisor of all values of one type, at least 1.
    private func commonDivisor(_ values: Span<Int64>, type: Int) -> Int64 {
        var divisor: UInt64 = 0
        var index = type
        while index < values.count, divisor != 1 {
            var rest = values[index].magnitude
            while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
            index &+= self.typeCount
        }
        return divisor == 0 ? 1 : Int64(exactly: divisor) ?? 1
    }

    private mutating func beginColumn() -> Int {
        for _ in 0..<4 { self.bytes.append(0) }
        return self.bytes.count
    }

    private mutating func endColumn(_ mark: Int) {
        let length = UInt32(self.bytes.count - mark)
        for index in 0..<4 {
            self.bytes[mark - 4 + index] = UInt8(truncatingIfNeeded: length &>> UInt32(8 * index))
        }
    }
}
