// SPDX-License-Identifier: Apache-2.0

/// Appends wire primitives to a byte array.
public struct ByteWriter: Sendable {
    /// What was written so far.
    public var bytes: [UInt8] = []

    /// An empty writer.
    @inlinable
    public init() {}

    /// An empty writer with room for `capacity` bytes.
    @inlinable
    public init(capacity: Int) { self.bytes.reserveCapacity(capacity) }

    /// A writer that appends to `bytes`.
    @inlinable
    public init(_ bytes: consuming [UInt8]) { self.bytes = bytes }

    /// Appends a variable-length integer.
    @inlinable
    public mutating func varint(_ value: UInt64) { LEB128.append(value, to: &self.bytes) }

    /// Appends a count or an index, which is never negative.
    @inlinable
    public mutating func varint(_ value: Int) { LEB128.append(UInt64(value), to: &self.bytes) }

    /// Appends a zigzag-coded integer.
    @inlinable
    public mutating func zigzag(_ value: Int64) { LEB128.append(ZigZag.encode(value), to: &self.bytes) }

    /// Appends one byte.
    @inlinable
    public mutating func byte(_ value: UInt8) { self.bytes.append(value) }

    /// Appends four bytes, little-endian.
    @inlinable
    public mutating func fixed32(_ value: UInt32) {
        for shift: UInt32 in [0, 8, 16, 24] { self.bytes.append(UInt8(truncatingIfNeeded: value &>> shift)) }
    }

    /// Appends eight bytes, little-endian.
    @inlinable
    public mutating func fixed64(_ value: UInt64) {
        self.fixed32(UInt32(truncatingIfNeeded: value))
        self.fixed32(UInt32(truncatingIfNeeded: value &>> 32))
    }

    /// Appends raw bytes.
    @inlinable
    public mutating func raw(_ bytes: some Sequence<UInt8>) { self.bytes.append(contentsOf: bytes) }

    /// Appends the bytes of a span.
    public mutating func raw(span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { unsafe self.bytes.append(contentsOf: $0) }
    }

    /// Appends a length and the bytes.
    @inlinable
    public mutating func lengthDelimited(_ bytes: some Collection<UInt8>) {
        self.varint(bytes.count)
        self.bytes.append(contentsOf: bytes)
    }

    /// Appends a length and the UTF-8 bytes of `text`.
    @inlinable
    public mutating func text(_ text: String) { self.lengthDelimited(text.utf8) }

    /// Appends the number and kind of a protobuf field.
    @inlinable
    public mutating func tag(_ field: UInt32, _ kind: WireKind) {
        self.varint(UInt64(field) &<< 3 | UInt64(kind.rawValue))
    }

    /// Appends what `body` writes, with its length before it.
    @inlinable
    public mutating func nested<E: Error>(_ body: (inout ByteWriter) throws(E) -> Void) throws(E) {
        let mark = self.beginNested()
        try body(&self)
        self.endNested(mark)
    }

    /// Leaves room for a length; pass the mark to `endNested` when the content is written.
    @inlinable
    public mutating func beginNested() -> Int {
        self.bytes.append(0)
        return self.bytes.count
    }

    /// Puts the length of what was written since `mark` before it; content longer than 127 bytes is moved
    /// once.
    @inlinable
    public mutating func endNested(_ mark: Int) {
        let length = self.bytes.count - mark
        guard length >= 0x80 else {
            self.bytes[mark - 1] = UInt8(truncatingIfNeeded: length)
            return
        }
        var prefix: [UInt8] = []
        LEB128.append(UInt64(length), to: &prefix)
        self.bytes.replaceSubrange(mark - 1..<mark, with: prefix)
    }
}
