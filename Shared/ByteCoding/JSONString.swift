// SPDX-License-Identifier: Apache-2.0

/// Strings of JSON as bytes (RFC 8259, section 7), for whoever reads JSON; UTF-8 is left to the caller.
package enum JSONString {
    /// What becomes of an escaped surrogate without its other half.
    package enum HalfPairs {
        case refused
        /// U+FFFD stands in its place.
        case replaced
    }

    /// Why a string was refused.
    package enum Fault: Error, Equatable {
        /// The bytes end before the closing quote.
        case unterminated
        /// A control character or a broken escape, at an offset.
        case invalid(at: Int)
    }

    /// Finds the content of the string that begins at `start`, behind its quote.
    ///
    /// The closing quote stands at the end of `range`.
    package static func content(
        _ bytes: Span<UInt8>,
        from start: Int
    ) throws(Fault) -> (range: Range<Int>, isEscaped: Bool) {
        var end = start
        var isEscaped = false
        while end < bytes.count {
            switch bytes[end] {
            case UInt8(ascii: "\""): return (start..<end, isEscaped)
            case UInt8(ascii: "\\"):
                isEscaped = true
                end += 2
            case 0..<0x20: throw .invalid(at: end)
            default: end += 1
            }
        }
        throw .unterminated
    }

    /// The content in `range`, as `content` found it, without escapes.
    package static func unescaped(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        halfPairs: HalfPairs
    ) throws(Fault) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            guard index < range.upperBound else { throw .invalid(at: index) }
            let kind = bytes[index]
            index += 1
            switch kind {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(kind)
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                let scalar = try Self.scalar(bytes, &index, range.upperBound, halfPairs)
                result += String(Character(scalar)).utf8
            default: throw .invalid(at: index - 1)
            }
        }
        return result
    }

    /// Reads the digits behind `\u`, and the second half of a surrogate pair where there is one.
    private static func scalar(
        _ bytes: Span<UInt8>,
        _ index: inout Int,
        _ end: Int,
        _ halfPairs: HalfPairs
    ) throws(Fault) -> Unicode.Scalar {
        let start = index
        let first = try Self.unit(bytes, &index, end)
        if let scalar = Unicode.Scalar(UInt32(first)) { return scalar }
        if UTF16.isLeadSurrogate(first), index + 2 <= end, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        {
            var ahead = index + 2
            let second = try Self.unit(bytes, &ahead, end)
            if UTF16.isTrailSurrogate(second) {
                index = ahead
                let value = 0x10000 + (UInt32(first) & 0x3FF) << 10 + UInt32(second) & 0x3FF
                return Unicode.Scalar(value) ?? "\u{FFFD}"
            }
        }
        guard halfPairs == .replaced else { throw .invalid(at: start) }
        return "\u{FFFD}"
    }

    private static func unit(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) throws(Fault) -> UInt16 {
        guard index + 4 <= end else { throw .invalid(at: index) }
        var unit: UInt16 = 0
        for place in index..<index + 4 {
            let byte = bytes[place]
            guard byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw .invalid(at: index)
            }
            unit = unit << 4 | UInt16(digit)
        }
        index += 4
        return unit
    }
}
