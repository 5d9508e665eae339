// SPDX-License-Identifier: Apache-2.0
//
// Invariant: `base` points to `end` readable bytes followed by at least `slack` more. A loop reads only while
// `offset < end`, and between two such checks at most three varints (30 bytes), so no read leaves the slack;
// lengths are checked against `end` before anything they cover is touched.

/// Why bytes are no pprof, and where.
struct PprofFault: Error {
    enum Kind {
        case truncated
        case overlongVarint
        case invalidTag
        case wrongKind(field: UInt32, kind: UInt8)
        case groupNesting
        case tooMany(Counted, limit: Int)
        case tooManySampleLabels(Int)
        case labelIndex
        case valueCount
    }

    /// What is counted before room is made for it.
    enum Counted: String {
        case samples, locations, functions, mappings, strings, lines
        case sampleTypes = "sample types"
        case frames, values
    }

    let kind: Kind
    let offset: Int
}

/// Reads protobuf fields of one message in a padded buffer.
@safe
struct PprofReader {
    /// Readable bytes behind the end of every buffer.
    static let slack = 64

    let base: UnsafePointer<UInt8>
    var offset: Int
    let end: Int

    /// A reader over `range` of the bytes at `base`.
    init(base: UnsafePointer<UInt8>, range: Range<Int>) {
        unsafe self.base = unsafe base
        self.offset = range.lowerBound
        self.end = range.upperBound
    }

    @inline(__always)
    func fault(_ kind: PprofFault.Kind) -> PprofFault { PprofFault(kind: kind, offset: self.offset) }

    /// Reads a varint; may run past `end`, which the caller's loop finds.
    @inline(__always)
    mutating func varint() throws(PprofFault) -> UInt64 {
        let first = unsafe self.base[self.offset]
        if first < 0x80 {
            self.offset &+= 1
            return UInt64(first)
        }
        let second = unsafe self.base[self.offset &+ 1]
        if second < 0x80 {
            self.offset &+= 2
            return UInt64(first & 0x7F) | UInt64(second) &<< 7
        }
        let (value, offset) = unsafe try Self.longVarint(self.base, self.offset, end: self.end)
        self.offset = offset
        return value
    }

    /// The general case, by value: a reader whose address nobody takes stays in registers.
    @inline(never)
    private static func longVarint(
        _ base: UnsafePointer<UInt8>,
        _ offset: Int,
        end: Int
    ) throws(PprofFault) -> (UInt64, Int) {
        // Eight bytes at once: their sevens of bits are pushed together in three steps.
        let word = unsafe UInt64(
            littleEndian: UnsafeRawPointer(base + offset).loadUnaligned(as: UInt64.self)
        )
        let ends = ~word & 0x8080_8080_8080_8080
        if ends != 0 {
            let last = ends.trailingZeroBitCount
            var bits = word & (UInt64.max &>> UInt64(63 &- last)) & 0x7F7F_7F7F_7F7F_7F7F
            bits = bits & 0x007F_007F_007F_007F | (bits & 0x7F00_7F00_7F00_7F00) &>> 1
            bits = bits & 0x0000_3FFF_0000_3FFF | (bits & 0x3FFF_0000_3FFF_0000) &>> 2
            bits = bits & 0x0FFF_FFFF | (bits & 0x0FFF_FFFF_0000_0000) &>> 4
            return (bits, offset &+ (last &+ 1) &>> 3)
        }
        var value: UInt64 = 0
        for index in 0..<10 {
            let byte = unsafe base[offset &+ index]
            if index == 9, byte > 1 { break }
            value |= UInt64(byte & 0x7F) &<< UInt64(7 * index)
            if byte < 0x80 { return (value, offset &+ index &+ 1) }
        }
        throw PprofFault(kind: offset &+ 10 > end ? .truncated : .overlongVarint, offset: offset)
    }

    /// Reads a length and gives the range it covers; the reader goes on behind it.
    @inline(__always)
    mutating func range() throws(PprofFault) -> Range<Int> {
        let count = try self.varint()
        let left = self.end &- self.offset
        guard left >= 0, count <= UInt64(left) else { throw self.fault(.truncated) }
        let start = self.offset
        self.offset = start &+ Int(count)
        return unsafe Range(uncheckedBounds: (start, self.offset))
    }

    /// Reads a length and gives a reader over the message it covers.
    @inline(__always)
    mutating func message() throws(PprofFault) -> PprofReader {
        let range = try self.range()
        return unsafe PprofReader(base: self.base, range: range)
    }

    /// Whether there is another field; throws when the last one ran past the end.
    @inline(__always)
    func more() throws(PprofFault) -> Bool {
        if self.offset < self.end { return true }
        guard self.offset == self.end else { throw self.fault(.truncated) }
        return false
    }

    /// Skips the value of a field the message does not know, or throws when the field is known by another
    /// kind.
    @inline(__always)
    mutating func skip(_ tag: UInt64, known: UInt32) throws(PprofFault) {
        self.offset = try self.offsetBehind(tag, known: known)
    }

    @inline(never)
    private func offsetBehind(_ tag: UInt64, known: UInt32) throws(PprofFault) -> Int {
        guard tag >= 8, tag <= UInt64(UInt32.max) else { throw self.fault(.invalidTag) }
        let field = UInt32(tag &>> 3)
        let kind = UInt8(tag & 7)
        if field < 32, known & (1 &<< field) != 0 { throw self.fault(.wrongKind(field: field, kind: kind)) }
        var reader = self
        try reader.skipValue(kind)
        return reader.offset
    }

    private mutating func skipValue(_ kind: UInt8) throws(PprofFault) {
        var depth = 0
        var kind = kind
        while true {
            switch kind {
            case 0: _ = try self.varint()
            case 1: try self.advance(8)
            case 2: _ = try self.range()
            case 3: depth += 1
            case 4: depth -= 1
            case 5: try self.advance(4)
            default: throw self.fault(.invalidTag)
            }
            guard depth >= 0, depth <= 64 else { throw self.fault(.groupNesting) }
            if depth == 0 { return }
            guard try self.more() else { throw self.fault(.truncated) }
            let tag = try self.varint()
            guard tag >= 8, tag <= UInt64(UInt32.max) else { throw self.fault(.invalidTag) }
            kind = UInt8(tag & 7)
        }
    }

    private mutating func advance(_ count: Int) throws(PprofFault) {
        guard self.end &- self.offset >= count else { throw self.fault(.truncated) }
        self.offset &+= count
    }
}
