// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Walks the records of one segment through a window, so that a segment is never in memory as a whole.
package struct SegmentReader {
    /// What comes next in a segment.
    package enum Step: Sendable {
        /// A whole record; its payload, and the position in the log where it ends.
        case record(LogRecordKind, payload: [UInt8], end: UInt64)
        /// The end of the file, or only zeros from here on.
        case end
        /// Bytes that are no record; `isFollowedByRecord` when a good one follows them.
        case damaged(isFollowedByRecord: Bool)
    }

    package let header: SegmentHeader
    /// Where the next record begins in the file: the length of the valid part.
    package private(set) var offset = SegmentHeader.byteCount
    private let size: Int
    private let read: (_ offset: Int, _ byteCount: Int) throws(DiskError) -> [UInt8]
    private var window: [UInt8] = []
    private var windowStart = 0
    private var checksum: UInt32

    private static let windowByteCount = 1 << 20

    /// A reader before the first record; nil when the header is damaged.
    ///
    /// `size` counts the bytes of the file, `read` reads some of them.
    package init?(
        size: Int,
        read: @escaping (_ offset: Int, _ byteCount: Int) throws(DiskError) -> [UInt8]
    ) throws(DiskError) {
        guard size >= SegmentHeader.byteCount,
            let header = SegmentHeader(decoding: try read(0, SegmentHeader.byteCount))
        else { return nil }
        self.header = header
        self.size = size
        self.read = read
        self.checksum = header.checksum
    }

    /// The position in the log of `offset`.
    package var position: UInt64 {
        self.header.firstLSN &+ UInt64(self.offset - SegmentHeader.byteCount)
    }

    /// Reads the next record; after `end` or `damaged` the reader stays where it is.
    package mutating func next() throws(DiskError) -> Step {
        guard let found = try self.record(at: self.offset, seed: self.checksum) else {
            if try self.isZero(from: self.offset) { return .end }
            return .damaged(isFollowedByRecord: try self.isFollowedByRecord())
        }
        self.checksum = found.checksum
        self.offset += LogRecord.headerByteCount + found.payload.count
        return .record(found.kind, payload: found.payload, end: self.position)
    }

    private typealias Found = (kind: LogRecordKind, payload: [UInt8], checksum: UInt32)

    private mutating func record(at offset: Int, seed: UInt32) throws(DiskError) -> Found? {
        guard let (length, checksum, kind) = try self.fields(at: offset),
            let kind = LogRecordKind(rawValue: kind)
        else { return nil }
        try self.fill(LogRecord.headerByteCount + length, at: offset)
        let start = offset - self.windowStart + LogRecord.headerByteCount
        guard start + length <= self.window.count else { return nil }
        let payload = Array(self.window[start..<start + length])
        let seed = LogRecord.seed(length: UInt32(length), kind: kind.rawValue, seed: seed)
        guard CRC32C.checksum(payload, seed: seed) == checksum else { return nil }
        return (kind, payload, checksum)
    }

    /// Length, checksum and kind at `offset`; nil when a record of that length cannot be there.
    private mutating func fields(at offset: Int) throws(DiskError) -> (Int, UInt32, UInt8)? {
        guard self.size - offset > LogRecord.headerByteCount else { return nil }
        try self.fill(LogRecord.headerByteCount, at: offset)
        let start = offset - self.windowStart
        guard start + LogRecord.headerByteCount <= self.window.count else { return nil }
        let length = Int(self.fixed32(at: start))
        guard length > 0, length <= LogRecord.payloadByteCountMax,
            length <= self.size - offset - LogRecord.headerByteCount
        else { return nil }
        return (length, self.fixed32(at: start + 4), self.window[start + 8])
    }

    private func fixed32(at index: Int) -> UInt32 {
        var value: UInt32 = 0
        for byte in 0..<4 { value |= UInt32(self.window[index + byte]) &<< UInt32(8 * byte) }
        return value
    }

    /// Whether a good record follows the damaged one: then this is no torn write but damage to what was
    /// durable.
    ///
    /// Finds it when the damaged record's length, checksum or content is wrong, but not when more than one of
    /// them is.
    private mutating func isFollowedByRecord() throws(DiskError) -> Bool {
        let start = self.offset
        guard self.size - start > LogRecord.headerByteCount else { return false }
        try self.fill(LogRecord.headerByteCount, at: start)
        let stored = self.fixed32(at: start - self.windowStart + 4)
        if let (length, _, kind) = try self.fields(at: start) {
            let behind = start + LogRecord.headerByteCount + length
            if try self.record(at: behind, seed: stored) != nil { return true }
            let seed = LogRecord.seed(length: UInt32(length), kind: kind, seed: self.checksum)
            let payload = try self.read(start + LogRecord.headerByteCount, length)
            if try self.record(at: behind, seed: CRC32C.checksum(payload, seed: seed)) != nil { return true }
        }
        let last = min(self.size, start + Self.windowByteCount)
        for offset in stride(from: start + LogRecord.headerByteCount + 1, to: last, by: 1)
        where try self.record(at: offset, seed: stored) != nil { return true }
        return false
    }

    private mutating func isZero(from start: Int) throws(DiskError) -> Bool {
        var offset = start
        while offset < self.size {
            try self.fill(1, at: offset)
            let rest = self.window[(offset - self.windowStart)...]
            guard !rest.isEmpty else { return true }
            if rest.contains(where: { $0 != 0 }) { return false }
            offset += rest.count
        }
        return true
    }

    /// Makes the window hold `byteCount` bytes at `offset`, as far as the file has them.
    private mutating func fill(_ byteCount: Int, at offset: Int) throws(DiskError) {
        let isInside =
            offset >= self.windowStart
            && offset + byteCount <= self.windowStart + self.window.count
        if isInside { return }
        let wanted = min(max(byteCount, Self.windowByteCount), self.size - offset)
        self.window = try self.read(offset, wanted)
        self.windowStart = offset
    }
}
