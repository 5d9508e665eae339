// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// The primitive encodings of a recording, free of state: each call reads at `at` and moves it on.
enum JFRCoding {
    /// How deep references and nested values may go.
    static let depthMax = 16

    /// Reads an integer: seven bits per byte, least significant first; a ninth byte counts as a whole.
    @inline(__always)
    static func long(_ bytes: Span<UInt8>, _ at: inout Int) throws(JFRError) -> UInt64 {
        guard at < bytes.count else { throw JFRError(.truncated, at: at) }
        let first = bytes[at]
        if first < 0x80 {
            at &+= 1
            return UInt64(first)
        }
        return try Self.longer(bytes, &at)
    }

    private static func longer(_ bytes: Span<UInt8>, _ at: inout Int) throws(JFRError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        var position = at
        while position < bytes.count {
            let byte = bytes[position]
            position &+= 1
            if shift == 56 {
                at = position
                return value | UInt64(byte) &<< 56
            }
            value |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 {
                at = position
                return value
            }
            shift &+= 7
        }
        throw JFRError(.truncated, at: at)
    }

    /// Steps over `count` integers.
    @inline(__always)
    static func skipLongs(_ bytes: Span<UInt8>, _ at: inout Int, count: Int) throws(JFRError) {
        var left = count
        var position = at
        let end = bytes.count
        // Eight bytes at once, up to the last integer that ends in them.
        while left >= 8, end &- position >= 8 {
            let ends = ~bytes.word(at: position) & 0x8080_8080_8080_8080
            guard ends != 0 else { break }
            left &-= Int(truncatingIfNeeded: ((ends &>> 7) &* 0x0101_0101_0101_0101) &>> 56)
            position &+= 8 &- ends.leadingZeroBitCount &>> 3
        }
        while left > 0 {
            left &-= 1
            var length = 1
            while true {
                guard position < end else { throw JFRError(.truncated, at: position) }
                let byte = bytes[position]
                position &+= 1
                if byte < 0x80 || length == 9 { break }
                length &+= 1
            }
        }
        at = position
    }

    /// Steps over `count` bytes.
    @inline(__always)
    static func skipBytes(_ bytes: Span<UInt8>, _ at: inout Int, count: Int) throws(JFRError) {
        guard count <= bytes.count - at else { throw JFRError(.truncated, at: at) }
        at += count
    }

    /// Reads a count of things that take at least one byte each.
    static func count(_ bytes: Span<UInt8>, _ at: inout Int) throws(JFRError) -> Int {
        let start = at
        guard let count = Int(exactly: try Self.long(bytes, &at)), count <= bytes.count - at else {
            throw JFRError(.truncated, at: start)
        }
        return count
    }

    /// Steps over a text.
    static func skipText(_ bytes: Span<UInt8>, _ at: inout Int) throws(JFRError) {
        let start = at
        try Self.skipBytes(bytes, &at, count: 1)
        switch bytes[start] {
        case 0, 1: return
        case 2: try Self.skipLongs(bytes, &at, count: 1)
        case 3, 5:
            let count = try Self.count(bytes, &at)
            at += count
        case 4:
            let count = try Self.count(bytes, &at)
            try Self.skipLongs(bytes, &at, count: count)
        default: throw JFRError(.unknownText(bytes[start]), at: start)
        }
    }

    /// A text as it is written, or where to find it.
    enum Text {
        case inline(String)
        /// An entry of the pool of strings.
        case constant(UInt64)
    }

    /// Reads a text; what is not UTF-8 is repaired.
    static func text(_ bytes: Span<UInt8>, _ at: inout Int) throws(JFRError) -> Text {
        let start = at
        try Self.skipBytes(bytes, &at, count: 1)
        switch bytes[start] {
        case 0, 1: return .inline("")
        case 2: return .constant(try Self.long(bytes, &at))
        case 3:
            let count = try Self.count(bytes, &at)
            at += count
            return .inline(Self.utf8(bytes.extracting(at - count..<at)))
        case 4:
            let count = try Self.count(bytes, &at)
            var units: [UInt16] = []
            units.reserveCapacity(count)
            for _ in 0..<count { units.append(UInt16(truncatingIfNeeded: try Self.long(bytes, &at))) }
            return .inline(String(decoding: units, as: UTF16.self))
        case 5:
            let count = try Self.count(bytes, &at)
            var scalars = String.UnicodeScalarView()
            for index in at..<at + count { scalars.append(Unicode.Scalar(bytes[index])) }
            at += count
            return .inline(String(scalars))
        default: throw JFRError(.unknownText(bytes[start]), at: start)
        }
    }

    private static func utf8(_ bytes: Span<UInt8>) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes))
        } catch {
            var copy: [UInt8] = []
            copy.reserveCapacity(bytes.count)
            for index in bytes.indices { copy.append(bytes[index]) }
            return String(decoding: copy, as: UTF8.self)
        }
    }
}
