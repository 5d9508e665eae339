// SPDX-License-Identifier: Apache-2.0

/// Takes JSON apart token by token, strictly (RFC 8259), without building a tree.
package struct JSONReader {
    let bytes: [UInt8]
    /// Where the next token, or white space before it, begins.
    var position = 0
    /// Where the token looked at last begins: the place named by errors.
    private(set) var tokenStart = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The first byte of the next token.
    package mutating func peek() throws(JSONError) -> UInt8 {
        self.skipSpace()
        guard self.position < self.bytes.count else { throw self.error(.unexpectedEnd) }
        return self.bytes[self.position]
    }

    /// Whether nothing but white space is left.
    mutating func isAtEnd() -> Bool {
        self.skipSpace()
        return self.position >= self.bytes.count
    }

    /// Takes the punctuation `byte` if it comes next.
    mutating func take(_ byte: UInt8) throws(JSONError) -> Bool {
        guard try self.peek() == byte else { return false }
        self.position += 1
        return true
    }

    /// Takes the punctuation `byte`, refuses anything else.
    mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard try self.take(byte) else { throw self.unexpectedToken() }
    }

    /// Takes `null` if it comes next.
    mutating func takeNull() throws(JSONError) -> Bool {
        guard try self.peek() == UInt8(ascii: "n") else { return false }
        try self.word("null")
        return true
    }

    /// Reads `true` or `false`.
    mutating func boolean(field: String) throws(JSONError) -> Bool {
        switch try self.peek() {
        case UInt8(ascii: "t"):
            try self.word("true")
            return true
        case UInt8(ascii: "f"):
            try self.word("false")
            return false
        default: throw self.invalidValue("bool", field)
        }
    }

    private mutating func word(_ word: StaticString) throws(JSONError) {
        let text = word.description.utf8
        let end = self.position + text.count
        guard self.bytes[self.position...].starts(with: text), end == self.wordEnd(from: self.position) else {
            throw self.unexpectedToken()
        }
        self.position = end
    }

    private mutating func skipSpace() {
        while self.position < self.bytes.count {
            switch self.bytes[self.position] {
            case 0x20, 0x0A, 0x0D, 0x09: self.position += 1
            default:
                self.tokenStart = self.position
                return
            }
        }
        self.tokenStart = self.position
    }
}

extension JSONReader {
    /// Skips a value of any kind with all it holds.
    mutating func skipValue(depth: Int, limit: Int) throws(JSONError) {
        switch try self.peek() {
        case UInt8(ascii: "{"):
            try self.skipList(closing: UInt8(ascii: "}"), depth: depth, limit: limit)
        case UInt8(ascii: "["):
            try self.skipList(closing: UInt8(ascii: "]"), depth: depth, limit: limit)
        case UInt8(ascii: "\""): _ = try self.stringRange()
        case UInt8(ascii: "t"): try self.word("true")
        case UInt8(ascii: "f"): try self.word("false")
        case UInt8(ascii: "n"): try self.word("null")
        default: _ = try self.numberRange()
        }
    }

    private mutating func skipList(closing: UInt8, depth: Int, limit: Int) throws(JSONError) {
        guard depth < limit else { throw self.error(.nestedTooDeep(limit: limit)) }
        self.position += 1
        if try self.take(closing) { return }
        repeat {
            if closing == UInt8(ascii: "}") {
                guard try self.peek() == UInt8(ascii: "\"") else { throw self.unexpectedToken() }
                _ = try self.stringRange()
                try self.expect(UInt8(ascii: ":"))
            }
            try self.skipValue(depth: depth + 1, limit: limit)
        } while try self.take(UInt8(ascii: ","))
        try self.expect(closing)
    }
}

extension JSONReader {
    /// An error at the token looked at last.
    func error(_ problem: JSONError.Problem) -> JSONError {
        let before = self.bytes.prefix(self.tokenStart)
        let line = before.count { $0 == 0x0A }
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return JSONError(problem: problem, line: line + 1, column: self.tokenStart - lineStart + 1)
    }

    /// The error for a token that may not stand here.
    func unexpectedToken() -> JSONError {
        guard self.tokenStart < self.bytes.count else { return self.error(.unexpectedEnd) }
        switch self.bytes[self.tokenStart] {
        case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ","),
            UInt8(ascii: ":"), UInt8(ascii: "\""), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return self.error(.unexpectedToken(self.tokenText()))
        default:
            let text = self.tokenText()
            let known = text == "null" || text == "true" || text == "false"
            return self.error(known ? .unexpectedToken(text) : .invalidToken(text))
        }
    }

    /// The error for a value that `field` cannot hold; a bracket is wrong by itself.
    func invalidValue(_ type: String, _ field: String) -> JSONError {
        guard self.tokenStart < self.bytes.count else { return self.error(.unexpectedEnd) }
        let first = self.bytes[self.tokenStart]
        let opens = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        if opens { return self.unexpectedToken() }
        let name = JSONFieldName.lowerCamel(field)
        return self.error(.invalidValue(type: type, field: name, token: self.tokenText()))
    }

    /// The token looked at last as it was written, cut after 64 bytes, control characters replaced.
    private func tokenText() -> String {
        let first = self.bytes[self.tokenStart]
        var end = self.tokenStart + 1
        if first == UInt8(ascii: "\"") {
            while end < self.bytes.count, self.bytes[end] != first || self.bytes[end - 1] == 0x5C { end += 1 }
            end = min(end + 1, self.bytes.count)
        } else {
            end = max(end, self.wordEnd(from: self.tokenStart))
        }
        let cut = self.bytes[self.tokenStart..<min(end, self.tokenStart + 64)]
        return String(decoding: cut.map { $0 < 0x20 ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
    }

    /// Where a number or a word that begins at `start` ends.
    func wordEnd(from start: Int) -> Int {
        var end = start
        while end < self.bytes.count {
            switch self.bytes[end] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "."),
                UInt8(ascii: "_"):
                end += 1
            default: return end
            }
        }
        return end
    }
}
