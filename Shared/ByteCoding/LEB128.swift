// SPDX-License-Identifier: Apache-2.0

/// Variable-length integers: seven bits per byte, least significant first, the top bit set on all bytes but
/// the last.
///
/// Free of state, for hot loops in any module; `WireCursor` and `ByteWriter` are built on it.
public enum LEB128 {
    /// The most bytes a 64-bit value takes.
    public static let byteCountMax = 10

    /// Reads one integer at `offset` and moves `offset` behind it; `offset` keeps its value on a throw.
    @inlinable
    @inline(__always)
    public static func decode(_ bytes: Span<UInt8>, at offset: inout Int) throws(WireError) -> UInt64 {
        if offset < bytes.count {
            let first = bytes[offset]
            if first < 0x80 {
                offset += 1
                return UInt64(first)
            }
        }
        return try Self.decodeLong(bytes, at: &offset)
    }

    /// The general case of `decode`, out of line.
    @inlinable
    public static func decodeLong(_ bytes: Span<UInt8>, at offset: inout Int) throws(WireError) -> UInt64 {
        var position = offset
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if shift == 63, byte > 1 { throw .overlongVarint(at: offset) }
            value |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 {
                offset = position
                return value
            }
            shift &+= 7
        }
        throw .truncated(at: offset)
    }

    /// Appends `value` to `bytes`.
    @inlinable
    @inline(__always)
    public static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest &>>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// How many bytes `append` writes for `value`.
    @inlinable
    public static func byteCount(of value: UInt64) -> Int {
        (70 - (value | 1).leadingZeroBitCount) / 7
    }
}

/// Signed integers folded so that small absolute values become small: 0, −1, 1, −2 turn into 0, 1, 2, 3.
public enum ZigZag {
    /// Folds a signed value.
    @inlinable
    @inline(__always)
    public static func encode(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: (value &<< 1) ^ (value &>> 63))
    }

    /// Unfolds to a signed value.
    @inlinable
    @inline(__always)
    public static func decode(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value &>> 1) ^ (0 &- Int64(bitPattern: value & 1))
    }
}
