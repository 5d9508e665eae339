// SPDX-License-Identifier: Apache-2.0

/// Why a quoted text is broken; `description` is Go's text.
enum QuotedTextError: Error, Hashable, CustomStringConvertible {
    case unterminated
    case unterminatedRaw
    case unterminatedEscape
    case unknownEscape(Unicode.Scalar)
    case illegalDigit(Unicode.Scalar)
    case invalidCodePoint

    var description: String {
        switch self {
        case .unterminated: "unterminated quoted string"
        case .unterminatedRaw: "unterminated raw string"
        case .unterminatedEscape: "escape sequence not terminated"
        case .unknownEscape(let scalar): "unknown escape sequence \(Self.name(scalar))"
        case .illegalDigit(let scalar): "illegal character \(Self.name(scalar)) in escape sequence"
        case .invalidCodePoint: "escape sequence is an invalid Unicode code point"
        }
    }

    /// Go's `%#U`.
    private static func name(_ scalar: Unicode.Scalar) -> String {
        "U+" + hexadecimal(scalar.value, width: 4, uppercase: true) + " '\(scalar)'"
    }
}

/// Reads the rest of a quoted text behind its opening quote.
struct QuotedText {
    let bytes: [UInt8]
    private(set) var offset: Int
    private let quote: UInt8

    init(bytes: [UInt8], offset: Int, quote: UInt8) {
        self.bytes = bytes
        self.offset = offset
        self.quote = quote
    }

    /// The value; bytes that are no UTF-8 (from `\x`) are repaired.
    mutating func scan() throws(QuotedTextError) -> String {
        let isRaw = self.quote == UInt8(ascii: "`")
        var value: [UInt8] = []
        while self.offset < self.bytes.count {
            let byte = self.bytes[self.offset]
            self.offset += 1
            if byte == self.quote { return String(decoding: value, as: UTF8.self) }
            if !isRaw, byte == UInt8(ascii: "\n") { throw .unterminated }
            if !isRaw, byte == UInt8(ascii: "\\") {
                try self.escape(into: &value)
            } else {
                value.append(byte)
            }
        }
        throw isRaw ? .unterminatedRaw : .unterminated
    }

    private mutating func escape(into value: inout [UInt8]) throws(QuotedTextError) {
        guard self.offset < self.bytes.count else { throw .unterminatedEscape }
        let byte = self.bytes[self.offset]
        switch byte {
        case UInt8(ascii: "a"): value.append(0x07)
        case UInt8(ascii: "b"): value.append(0x08)
        case UInt8(ascii: "f"): value.append(0x0C)
        case UInt8(ascii: "n"): value.append(0x0A)
        case UInt8(ascii: "r"): value.append(0x0D)
        case UInt8(ascii: "t"): value.append(0x09)
        case UInt8(ascii: "v"): value.append(0x0B)
        case UInt8(ascii: "\\"), self.quote: value.append(byte)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            let code = try self.number(digitCount: 3, radix: 8)
            guard let octet = UInt8(exactly: code) else { throw .invalidCodePoint }
            value.append(octet)
            return
        case UInt8(ascii: "x"):
            self.offset += 1
            value.append(UInt8(truncatingIfNeeded: try self.number(digitCount: 2, radix: 16)))
            return
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            self.offset += 1
            let code = try self.number(digitCount: byte == UInt8(ascii: "u") ? 4 : 8, radix: 16)
            guard let scalar = Unicode.Scalar(code) else { throw .invalidCodePoint }
            value.append(contentsOf: String(scalar).utf8)
            return
        default: throw .unknownEscape(self.scalar())
        }
        self.offset += 1
    }

    private mutating func number(digitCount: Int, radix: UInt32) throws(QuotedTextError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digitCount {
            guard self.offset < self.bytes.count else { throw .unterminatedEscape }
            let text = String(UnicodeScalar(self.bytes[self.offset]))
            guard let digit = UInt32(text, radix: Int(radix)) else { throw .illegalDigit(self.scalar()) }
            value = value &* radix &+ digit
            self.offset += 1
        }
        return value
    }

    private func scalar() -> Unicode.Scalar {
        String(decoding: self.bytes[self.offset...].prefix(4), as: UTF8.self).unicodeScalars.first
            ?? "\u{FFFD}"
    }
}
