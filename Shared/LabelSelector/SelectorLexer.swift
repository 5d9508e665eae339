// SPDX-License-Identifier: Apache-2.0

/// One token of a selector, with its place in the text.
struct SelectorToken {
    enum Kind: Equatable {
        case end
        case identifier
        case metricIdentifier
        case string
        case number
        case leftBrace
        case rightBrace
        case comma
        case match(MatchOperation)
        case keyword
        case aggregator
        /// `and`, `+`, …; `=` is not among them.
        case binaryOperator
        case punctuation
    }

    var kind: Kind
    var range: Range<Int>
    var text: String
    /// The value of a string, quotes and escapes resolved.
    var unquoted = ""

    /// As error texts name it.
    var description: String {
        switch self.kind {
        case .end: "end of input"
        case .identifier: "identifier \(self.quoted)"
        case .metricIdentifier: "metric identifier \(self.quoted)"
        case .string: "string \(self.quoted)"
        case .number: "number \(self.quoted)"
        case .keyword: "<\(self.text)>"
        case .aggregator: "<aggr:\(self.text)>"
        case .binaryOperator: "<op:\(self.text)>"
        case .match(.equal): self.quoted
        case .match: "<op:\(self.text)>"
        case .leftBrace, .rightBrace, .comma, .punctuation: self.quoted
        }
    }

    private var quoted: String {
        guard self.text.utf8.count > 10 else { return goQuoted(self.text) }
        return goQuoted(String(String.UnicodeScalarView(self.text.unicodeScalars.prefix(10)))) + "..."
    }
}

/// Cuts a selector into tokens as PromQL's lexer does.
struct SelectorLexer {
    let bytes: [UInt8]
    private(set) var offset = 0
    private var isInsideBraces = false

    init(_ text: String) { self.bytes = Array(text.utf8) }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`, what may stand as a label name without quotes.
    static func isLegacyName(_ text: String) -> Bool {
        guard let first = text.utf8.first, self.isAlpha(first) else { return false }
        return text.utf8.allSatisfy { self.isAlpha($0) || self.isDigit($0) }
    }

    mutating func next() throws(SelectorError) -> SelectorToken {
        self.skipSpaceAndComments()
        return self.isInsideBraces ? try self.nextInside() : try self.nextOutside()
    }

    private mutating func skipSpaceAndComments() {
        while let byte = self.peek() {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                self.offset += 1
            case UInt8(ascii: "#"):
                while let byte = self.peek(), byte != UInt8(ascii: "\n") { self.offset += 1 }
            default: return
            }
        }
    }

    private mutating func nextInside() throws(SelectorError) -> SelectorToken {
        let start = self.offset
        guard let byte = self.peek() else { throw self.fault(start, "unexpected end of input inside braces") }
        if Self.isAlpha(byte) {
            while let byte = self.peek(), Self.isAlpha(byte) || Self.isDigit(byte) { self.offset += 1 }
            return self.token(.identifier, from: start)
        }
        self.offset += 1
        switch byte {
        case UInt8(ascii: ","): return self.token(.comma, from: start)
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
            return try self.string(quote: byte, from: start)
        case UInt8(ascii: "="):
            return self.take(UInt8(ascii: "~"))
                ? self.token(.match(.matches), from: start) : self.token(.match(.equal), from: start)
        case UInt8(ascii: "!"):
            if self.take(UInt8(ascii: "~")) { return self.token(.match(.doesNotMatch), from: start) }
            if self.take(UInt8(ascii: "=")) { return self.token(.match(.notEqual), from: start) }
            throw self.fault(start, "unexpected character after '!' inside braces: \(self.quotedCharacter())")
        case UInt8(ascii: "{"): throw self.fault(start, "unexpected left brace '{'")
        case UInt8(ascii: "}"):
            self.isInsideBraces = false
            return self.token(.rightBrace, from: start)
        default:
            self.offset = start
            throw self.fault(start, "unexpected character inside braces: \(self.quotedCharacter())")
        }
    }

    private mutating func nextOutside() throws(SelectorError) -> SelectorToken {
        let start = self.offset
        guard let byte = self.peek() else { return self.token(.end, from: start) }
        if Self.isAlpha(byte) || byte == UInt8(ascii: ":") { return self.word(from: start) }
        if Self.isDigit(byte) { return self.number(from: start) }
        self.offset += 1
        switch byte {
        case UInt8(ascii: "{"):
            self.isInsideBraces = true
            return self.token(.leftBrace, from: start)
        case UInt8(ascii: ","): return self.token(.comma, from: start)
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
            return try self.string(quote: byte, from: start)
        case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "@"):
            return self.token(.punctuation, from: start)
        case UInt8(ascii: "="):
            if self.peek() == UInt8(ascii: "~") {
                throw self.fault(start, "unexpected character after '=': '~'")
            }
            return self.take(UInt8(ascii: "="))
                ? self.token(.binaryOperator, from: start) : self.token(.match(.equal), from: start)
        case UInt8(ascii: "!"):
            if self.take(UInt8(ascii: "=")) { return self.token(.match(.notEqual), from: start) }
            throw self.fault(start, "unexpected character after '!': \(self.quotedCharacter())")
        case UInt8(ascii: "<"), UInt8(ascii: ">"):
            _ = self.take(UInt8(ascii: "="))
            return self.token(.binaryOperator, from: start)
        case UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "%"), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "^"):
            return self.token(.binaryOperator, from: start)
        case UInt8(ascii: ")"): throw self.fault(start, "unexpected right parenthesis ')'")
        case UInt8(ascii: "]"): throw self.fault(start, "unexpected right bracket ']'")
        default:
            self.offset = start
            throw self.fault(start, "unexpected character: \(self.quotedCharacter())")
        }
    }

    private mutating func word(from start: Int) -> SelectorToken {
        while let byte = self.peek(), Self.isAlpha(byte) || Self.isDigit(byte) || byte == UInt8(ascii: ":") {
            self.offset += 1
        }
        var token = self.token(.identifier, from: start)
        let lowered = token.text.lowercased()
        if let kind = SelectorWords.kind(of: lowered) {
            token.kind = kind
        } else if token.text.utf8.contains(UInt8(ascii: ":")) {
            token.kind = .metricIdentifier
        }
        return token
    }

    private mutating func number(from start: Int) -> SelectorToken {
        while let byte = self.peek(), Self.isDigit(byte) || Self.isAlpha(byte) || byte == UInt8(ascii: ".") {
            self.offset += 1
        }
        return self.token(.number, from: start)
    }
}

// MARK: - Strings and small steps

extension SelectorLexer {
    private mutating func string(quote: UInt8, from start: Int) throws(SelectorError) -> SelectorToken {
        var scanner = QuotedText(bytes: self.bytes, offset: self.offset, quote: quote)
        do {
            let value = try scanner.scan()
            self.offset = scanner.offset
            var token = self.token(.string, from: start)
            token.unquoted = value
            return token
        } catch {
            throw self.fault(start, error.description)
        }
    }

    func fault(_ offset: Int, _ message: String) -> SelectorError {
        SelectorError(at: offset, of: self.bytes, message)
    }

    private func peek() -> UInt8? { self.offset < self.bytes.count ? self.bytes[self.offset] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard self.peek() == byte else { return false }
        self.offset += 1
        return true
    }

    private func token(_ kind: SelectorToken.Kind, from start: Int) -> SelectorToken {
        let range = start..<self.offset
        return SelectorToken(
            kind: kind,
            range: range,
            text: String(decoding: self.bytes[range], as: UTF8.self)
        )
    }

    /// The character at the cursor as Go's `%q` prints it; past the end Go prints its replacement character.
    private func quotedCharacter() -> String {
        let rest = String(decoding: self.bytes[self.offset...].prefix(4), as: UTF8.self)
        return goQuoted(rest.unicodeScalars.first ?? "\u{FFFD}")
    }

    private static func isAlpha(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
