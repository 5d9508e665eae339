// SPDX-License-Identifier: Apache-2.0

/// Walks through JSON (RFC 8259) without building anything; never recurses.
///
/// Values are skipped with their syntax checked, so that whoever remembers a place may come back to it.
struct JSONCursor {
    private let bytes: [UInt8]
    /// Where the next token, or white space before it, begins.
    var position: Int

    /// How deep objects and arrays may be nested.
    static let depthMax = 64

    init(_ bytes: [UInt8], at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    /// The first byte of the next token.
    mutating func peek() throws(LegacyFault) -> UInt8 {
        while self.position < self.bytes.count {
            switch self.bytes[self.position] {
            case 0x20, 0x0A, 0x0D, 0x09: self.position += 1
            case let byte: return byte
            }
        }
        throw .unexpectedEnd
    }

    /// Whether nothing but white space is left.
    mutating func isAtEnd() -> Bool {
        do {
            _ = try self.peek()
            return false
        } catch {
            // The only thing that can be wrong is that there is nothing.
            return true
        }
    }

    /// Takes the punctuation `byte` if it comes next.
    mutating func take(_ byte: UInt8) throws(LegacyFault) -> Bool {
        guard try self.peek() == byte else { return false }
        self.position += 1
        return true
    }

    /// Takes the punctuation `byte`, refuses anything else.
    mutating func expect(_ byte: UInt8) throws(LegacyFault) {
        guard try self.take(byte) else { throw self.malformed }
    }

    /// Takes `null` if it comes next.
    mutating func takeNull() throws(LegacyFault) -> Bool {
        guard try self.peek() == UInt8(ascii: "n") else { return false }
        try self.word("null")
        return true
    }

    /// The next key of an object, up to the colon; nil behind the last one.
    ///
    /// `isFirst` is true before the first call.
    mutating func nextKey(_ isFirst: inout Bool) throws(LegacyFault) -> String? {
        guard try self.nextItem(&isFirst, closing: UInt8(ascii: "}")) else { return nil }
        let key = try self.text()
        try self.expect(UInt8(ascii: ":"))
        return key
    }

    /// Whether an array has another element; `isFirst` is true before the first call.
    mutating func nextElement(_ isFirst: inout Bool) throws(LegacyFault) -> Bool {
        try self.nextItem(&isFirst, closing: UInt8(ascii: "]"))
    }

    private mutating func nextItem(_ isFirst: inout Bool, closing: UInt8) throws(LegacyFault) -> Bool {
        defer { isFirst = false }
        if try self.take(closing) { return false }
        if !isFirst {
            try self.expect(UInt8(ascii: ","))
            guard try self.peek() != closing else { throw self.malformed }
        }
        return true
    }

    /// The error for what stands here.
    var malformed: LegacyFault { .malformedJSON(at: self.position) }
}

// MARK: - Values

extension JSONCursor {
    /// Reads a string; what is not UTF-8 in it becomes U+FFFD.
    mutating func text() throws(LegacyFault) -> String {
        let (range, isEscaped) = try self.stringRange()
        guard isEscaped else { return String(decoding: self.bytes[range], as: UTF8.self) }
        return String(decoding: try self.unescaped(range), as: UTF8.self)
    }

    /// Takes a string: where its content lies, and whether it has escapes in it.
    private mutating func stringRange() throws(LegacyFault) -> (range: Range<Int>, isEscaped: Bool) {
        try self.expect(UInt8(ascii: "\""))
        let start = self.position
        var end = start
        var isEscaped = false
        while end < self.bytes.count {
            switch self.bytes[end] {
            case UInt8(ascii: "\""):
                self.position = end + 1
                return (start..<end, isEscaped)
            case UInt8(ascii: "\\"):
                isEscaped = true
                end += 2
            case 0..<0x20:
                self.position = end
                throw self.malformed
            default: end += 1
            }
        }
        throw .unexpectedEnd
    }

    private func unescaped(_ range: Range<Int>) throws(LegacyFault) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = self.bytes[index]
            index += 1
            guard byte == UInt8(ascii: "\\") else {
                content.append(byte)
                continue
            }
            let kind = self.bytes[index]
            index += 1
            switch kind {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(kind)
            case UInt8(ascii: "b"): content.append(0x08)
            case UInt8(ascii: "f"): content.append(0x0C)
            case UInt8(ascii: "n"): content.append(0x0A)
            case UInt8(ascii: "r"): content.append(0x0D)
            case UInt8(ascii: "t"): content.append(0x09)
            case UInt8(ascii: "u"): content += String(try self.scalar(&index, range.upperBound)).utf8
            default: throw .malformedJSON(at: index - 1)
            }
        }
        return content
    }

    /// Reads the digits behind `\u`, and the second half of a pair; half a pair becomes U+FFFD.
    private func scalar(_ index: inout Int, _ end: Int) throws(LegacyFault) -> Character {
        let first = try self.unit(&index, end)
        if let scalar = Unicode.Scalar(UInt32(first)) { return Character(scalar) }
        guard UTF16.isLeadSurrogate(first), index + 1 < end, self.bytes[index] == UInt8(ascii: "\\"),
            self.bytes[index + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        var ahead = index + 2
        let second = try self.unit(&ahead, end)
        guard UTF16.isTrailSurrogate(second) else { return "\u{FFFD}" }
        index = ahead
        let value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        return Unicode.Scalar(value).map { Character($0) } ?? "\u{FFFD}"
    }

    private func unit(_ index: inout Int, _ end: Int) throws(LegacyFault) -> UInt16 {
        guard index + 4 <= end else { throw .malformedJSON(at: index) }
        var unit: UInt16 = 0
        for byte in self.bytes[index..<index + 4] {
            guard byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw .malformedJSON(at: index)
            }
            unit = unit << 4 | UInt16(digit)
        }
        index += 4
        return unit
    }

    /// Reads a number.
    mutating func number() throws(LegacyFault) -> Double {
        _ = try self.peek()
        let start = self.position
        var number = DecimalNumber()
        while self.position < self.bytes.count, number.take(self.bytes[self.position]) { self.position += 1 }
        guard number.isWhole else {
            if self.position == self.bytes.count { throw .unexpectedEnd }
            throw self.malformed
        }
        if let value = number.exact { return value }
        guard let value = Double(String(decoding: self.bytes[start..<self.position], as: UTF8.self)),
            value.isFinite
        else { throw .malformedJSON(at: start) }
        return value
    }

    private mutating func word(_ word: StaticString) throws(LegacyFault) {
        for byte in word.description.utf8 {
            guard self.position < self.bytes.count else { throw .unexpectedEnd }
            guard self.bytes[self.position] == byte else { throw self.malformed }
            self.position += 1
        }
    }

    /// Skips a value of any kind that lies `depth` deep, with all it holds.
    mutating func skipValue(depth: Int) throws(LegacyFault) {
        /// One bit per open bracket, the innermost lowest: 1 for an object.
        var kinds: UInt64 = 0
        var open = 0
        var isFirst = true
        repeat {
            if open > 0 {
                let isObject = kinds & 1 == 1
                let hasMore =
                    isObject ? try self.skipKey(&isFirst) : try self.nextElement(&isFirst)
                guard hasMore else {
                    kinds >>= 1
                    open -= 1
                    isFirst = false
                    continue
                }
            }
            switch try self.peek() {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard depth + open < Self.depthMax else { throw .nestedTooDeep(limit: Self.depthMax) }
                kinds = kinds << 1 | (self.bytes[self.position] == UInt8(ascii: "{") ? 1 : 0)
                open += 1
                isFirst = true
                self.position += 1
            case UInt8(ascii: "\""): _ = try self.stringRange()
            case UInt8(ascii: "t"): try self.word("true")
            case UInt8(ascii: "f"): try self.word("false")
            case UInt8(ascii: "n"): try self.word("null")
            default: _ = try self.number()
            }
        } while open > 0
    }

    private mutating func skipKey(_ isFirst: inout Bool) throws(LegacyFault) -> Bool {
        guard try self.nextItem(&isFirst, closing: UInt8(ascii: "}")) else { return false }
        _ = try self.stringRange()
        try self.expect(UInt8(ascii: ":"))
        return true
    }
}
