// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Where a text or a nested message lies in the request.
struct ByteRange: Hashable {
    var start: UInt32
    var end: UInt32

    static let empty = ByteRange(start: 0, end: 0)

    var isEmpty: Bool { self.start == self.end }
    var range: Range<Int> { Int(self.start)..<Int(self.end) }

    init(start: UInt32, end: UInt32) {
        self.start = start
        self.end = end
    }

    /// Requests are shorter than 4 GiB (`ExportTranslator.byteCountMax`).
    init(_ range: Range<Int>) {
        self.start = UInt32(truncatingIfNeeded: range.lowerBound)
        self.end = UInt32(truncatingIfNeeded: range.upperBound)
    }
}

/// A run of a list that several entries share.
struct IndexRun {
    var start: Int32 = 0
    var count: Int32 = 0

    var range: Range<Int> { Int(self.start)..<Int(self.start) + Int(self.count) }
}

extension WireCursor {
    /// The value of a field that should be a number; nil, and skipped, when it is none.
    @_lifetime(self: copy self)
    mutating func number(_ tag: WireTag) throws(WireError) -> UInt64? {
        switch tag.kind {
        case .varint: return try self.varint()
        case .fixed64: return try self.fixed64()
        default:
            try self.skip(tag)
            return nil
        }
    }

    /// The low 32 bits of a number, as every protobuf implementation reads an `int32`.
    @_lifetime(self: copy self)
    mutating func index(_ tag: WireTag) throws(WireError) -> Int32 {
        Int32(truncatingIfNeeded: try self.number(tag) ?? 0)
    }

    /// Where a text or a nested message lies; empty, and skipped, when the field is neither.
    @_lifetime(self: copy self)
    mutating func span(_ tag: WireTag) throws(WireError) -> ByteRange {
        guard tag.kind == .lengthDelimited else {
            try self.skip(tag)
            return .empty
        }
        return ByteRange(try self.range())
    }

    /// Appends a repeated integer, packed or not; the list may hold at most `limit`.
    @_lifetime(self: copy self)
    mutating func integers<I: FixedWidthInteger>(
        _ tag: WireTag,
        into list: inout [I],
        limit: Int
    ) throws(WireError) {
        guard tag.kind == .lengthDelimited else {
            guard list.count < limit else { throw .tooMany(at: self.offset, limit: limit) }
            if let number = try self.number(tag) { list.append(I(truncatingIfNeeded: number)) }
            return
        }
        var packed = try self.nested()
        while !packed.isAtEnd {
            guard list.count < limit else { throw .tooMany(at: packed.offset, limit: limit) }
            list.append(I(truncatingIfNeeded: try packed.varint()))
        }
    }
}
