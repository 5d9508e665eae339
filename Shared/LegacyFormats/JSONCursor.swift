// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

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
        do throws(JSONString.Fault) {
            let content = try JSONString.unescaped(self.bytes.span, range, halfPairs: .replaced)
            return String(decoding: content, as: UTF8.self)
        } catch { throw LegacyFault(error) }
    }

    /// Takes a string: where its content lies, and whether it has escapes in it.
    private mutating func stringRange() throws(LegacyFault) -> (range: Range<Int>, isEscaped: Bool) {
        try self.expect(UInt8(ascii: "\""))
        do throws(JSONString.Fault) {
            let found = try JSONString.content(self.bytes.span, from: self.position)
            self.position = found.range.upperBound + 1
            return found
        } catch { throw LegacyFault(error) }
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

extension LegacyFault {
    fileprivate init(_ fault: JSONString.Fault) {
        switch fault {
        case .unterminated: self = .unexpectedEnd
        case .invalid(let offset): self = .malformedJSON(at: offset)
        }
    }
}
