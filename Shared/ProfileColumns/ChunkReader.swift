// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Walks the samples of one profile of a chunk: the runs, the nodes and one value column side by side.
struct ChunkReader {
    let runCount: Int
    private var runsAt: Int
    private var nodesAt: Int
    private var valuesAt: Int
    /// Where the column after the last opened one begins.
    private var columnsAt: Int
    private var divisor: Int64 = 1
    private var node: Int64 = 0
    /// Samples of the current run.
    private(set) var runLength = 0
    /// Label set of the current run.
    private(set) var labelSet: UInt32 = 0

    /// A reader before the first run, with the value column of `type` opened; nil when the profile has no
    /// samples.
    init?(_ chunk: borrowing SampleChunk, profile: Int, type: Int?) {
        let bytes = chunk.bytes.span
        var offset = profile == 0 ? 0 : chunk.ends[profile - 1]
        guard Self.varint(bytes, &offset) > 0 else { return nil }
        self.runCount = Int(Self.varint(bytes, &offset))
        self.runsAt = offset
        for _ in 0..<2 &* self.runCount { _ = Self.varint(bytes, &offset) }
        self.nodesAt = offset + 4
        self.columnsAt = self.nodesAt + Self.length(bytes, at: offset)
        self.valuesAt = self.columnsAt
        guard let type else { return }
        for _ in 0..<type { self.columnsAt += 4 + Self.length(bytes, at: self.columnsAt) }
        self.openColumn(bytes)
    }

    /// Goes to the first value of the next column.
    mutating func openColumn(_ bytes: Span<UInt8>) {
        self.valuesAt = self.columnsAt + 4
        self.columnsAt = self.valuesAt + Self.length(bytes, at: self.columnsAt)
        self.divisor = Int64(bitPattern: Self.varint(bytes, &self.valuesAt))
    }

    /// Goes to the next run of samples of one label set.
    @inline(__always)
    mutating func nextRun(_ bytes: Span<UInt8>) {
        self.labelSet &+= UInt32(truncatingIfNeeded: Self.varint(bytes, &self.runsAt))
        self.runLength = Int(Self.varint(bytes, &self.runsAt))
        self.node = 0
    }

    /// The node of the next sample.
    @inline(__always)
    mutating func nextNode(_ bytes: Span<UInt8>) -> UInt32 {
        self.node &+= ZigZag.decode(Self.varint(bytes, &self.nodesAt))
        return UInt32(truncatingIfNeeded: self.node)
    }

    /// The value of the next sample.
    @inline(__always)
    mutating func nextValue(_ bytes: Span<UInt8>) -> Int64 {
        ZigZag.decode(Self.varint(bytes, &self.valuesAt)) &* self.divisor
    }

    /// Reads one varint of trusted bytes.
    @inline(__always)
    private static func varint(_ bytes: Span<UInt8>, _ offset: inout Int) -> UInt64 {
        let first = bytes[offset]
        offset &+= 1
        if first < 0x80 { return UInt64(first) }
        var value = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while true {
            let byte = bytes[offset]
            offset &+= 1
            value |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 { return value }
            shift &+= 7
        }
    }

    private static func length(_ bytes: Span<UInt8>, at offset: Int) -> Int {
        var value = 0
        for index in 0..<4 { value |= Int(bytes[offset + index]) &<< (8 &* index) }
        return value
    }
}
