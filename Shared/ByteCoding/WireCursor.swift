// SPDX-License-Identifier: Apache-2.0

/// How a protobuf field's value is laid out.
public enum WireKind: UInt8, Sendable {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case groupStart = 3
    case groupEnd = 4
    case fixed32 = 5
}

/// The number and kind before a protobuf field's value.
public struct WireTag: Equatable, Sendable {
    public let field: UInt32
    public let kind: WireKind

    /// A tag of `field`, which is at least 1 and below 2^29.
    @inlinable
    public init(field: UInt32, kind: WireKind) {
        self.field = field
        self.kind = kind
    }
}

/// Reads protobuf primitives from borrowed bytes, checked at every step; holds no memory of its own.
///
/// A cursor on a nested message shares the bytes and ends where that message ends; offsets always count from
/// the start of the outermost bytes. After a throw the cursor must not be used again.
public struct WireCursor: ~Escapable {
    /// All bytes, of the outermost message.
    @usableFromInline let bytes: Span<UInt8>
    /// Where the next read begins.
    @usableFromInline var position: Int

    /// The deepest nesting of groups that `skip` follows.
    public static let groupDepthMax = 64

    /// A cursor over all of `bytes`.
    @inlinable
    @_lifetime(copy bytes)
    public init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
        self.position = 0
    }

    /// A cursor over a part of `bytes`; offsets count from the start of `bytes`.
    @inlinable
    @_lifetime(copy bytes)
    public init(_ bytes: Span<UInt8>, in range: Range<Int>) {
        self.bytes = bytes.extracting(0..<range.upperBound)
        self.position = range.lowerBound
    }

    /// Where the next read begins, counted from the start of the outermost bytes.
    @inlinable public var offset: Int { self.position }
    /// Whether everything was read.
    @inlinable public var isAtEnd: Bool { self.position >= self.bytes.count }
    /// How many bytes are left.
    @inlinable public var remainingCount: Int { self.bytes.count - self.position }

    /// Reads an unsigned variable-length integer.
    @inlinable
    @inline(__always)
    @_lifetime(self: copy self)
    public mutating func varint() throws(WireError) -> UInt64 {
        try LEB128.decode(self.bytes, at: &self.position)
    }

    /// Reads a zigzag-coded integer (`sint64`).
    @inlinable
    @_lifetime(self: copy self)
    public mutating func zigzag() throws(WireError) -> Int64 { ZigZag.decode(try self.varint()) }

    /// Reads an integer that must be below `limit`: an index or a count.
    @inlinable
    @_lifetime(self: copy self)
    public mutating func varint(below limit: Int) throws(WireError) -> Int {
        let start = self.position
        guard let value = Int(exactly: try self.varint()), value < limit else { throw .outOfRange(at: start) }
        return value
    }

    /// Reads a count of elements that each take at least `bytesEach` bytes, so a lie is found before anything
    /// is allocated.
    @inlinable
    @_lifetime(self: copy self)
    public mutating func count(limit: Int, bytesEach: Int = 1) throws(WireError) -> Int {
        let start = self.position
        guard let value = Int(exactly: try self.varint()) else { throw .outOfRange(at: start) }
        guard value <= limit else { throw .tooMany(at: start, limit: limit) }
        guard value <= self.remainingCount / bytesEach else { throw .truncated(at: start) }
        return value
    }

    /// Reads one byte.
    @inlinable
    @_lifetime(self: copy self)
    public mutating func byte() throws(WireError) -> UInt8 {
        guard self.position < self.bytes.count else { throw .truncated(at: self.position) }
        defer { self.position += 1 }
        return self.bytes[self.position]
    }

    /// Reads four bytes, little-endian.
    @inlinable
    @_lifetime(self: copy self)
    public mutating func fixed32() throws(WireError) -> UInt32 {
        guard self.remainingCount >= 4 else { throw .truncated(at: self.position) }
        var value: UInt32 = 0
        for index in 0..<4 { value |= UInt32(self.bytes[self.position + index]) &<< UInt32(8 * index) }
        self.position += 4
        return value
    }

    /// Reads eight bytes, little-endian.
    @inlinable
    @_lifetime(self: copy self)
    public mutating func fixed64() throws(WireError) -> UInt64 {
        let low = try self.fixed32()
        return UInt64(low) | UInt64(try self.fixed32()) &<< 32
    }

    /// Reads `count` raw bytes without copying.
    @inlinable
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    public mutating func take(_ count: Int) throws(WireError) -> Span<UInt8> {
        let start = self.position
        guard count >= 0, count <= self.remainingCount else { throw .truncated(at: start) }
        self.position = start + count
        return self.bytes.extracting(start..<start + count)
    }

    /// Reads a length and says where the bytes that follow lie, counted from the start of the outermost
    /// bytes.
    @inlinable
    @_lifetime(self: copy self)
    public mutating func range() throws(WireError) -> Range<Int> {
        let start = self.position
        guard let length = Int(exactly: try self.varint()) else { throw .truncated(at: start) }
        guard length <= self.remainingCount else { throw .truncated(at: start) }
        let first = self.position
        self.position = first + length
        return first..<first + length
    }

    /// Reads a length and the bytes that follow, without copying.
    @inlinable
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    public mutating func lengthDelimited() throws(WireError) -> Span<UInt8> {
        let range = try self.range()
        return self.bytes.extracting(range)
    }

    /// Reads a length and copies the bytes that follow.
    @_lifetime(self: copy self)
    public mutating func copiedBytes() throws(WireError) -> [UInt8] {
        let span = try self.lengthDelimited()
        return unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
    }

    /// Reads a length and gives a cursor over the message that follows; this cursor goes on behind it.
    @inlinable
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    public mutating func nested() throws(WireError) -> WireCursor {
        let range = try self.range()
        return WireCursor(self.bytes, in: range)
    }

    /// Reads a length and the UTF-8 text that follows; refuses anything else.
    @_lifetime(self: copy self)
    public mutating func text() throws(WireError) -> String {
        let start = self.position
        let range = try self.range()
        do {
            return String(copying: try UTF8Span(validating: self.bytes.extracting(range)))
        } catch {
            throw .invalidUTF8(at: start)
        }
    }

    /// Reads the tag of the next field; nil at the end.
    @inlinable
    @_lifetime(self: copy self)
    public mutating func tag() throws(WireError) -> WireTag? {
        guard !self.isAtEnd else { return nil }
        let start = self.position
        let key = try self.varint()
        guard key >= 8, key <= UInt64(UInt32.max), let kind = WireKind(rawValue: UInt8(key & 7)) else {
            throw .invalidTag(at: start)
        }
        return WireTag(field: UInt32(key &>> 3), kind: kind)
    }
}
