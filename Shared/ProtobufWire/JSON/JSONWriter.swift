// SPDX-License-Identifier: Apache-2.0

/// Appends JSON tokens.
package struct JSONWriter {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []

    /// Nothing written yet.
    package init() {}

    /// Appends a token as it is.
    package mutating func raw(_ token: String) { self.bytes.append(contentsOf: token.utf8) }

    /// Appends punctuation.
    package mutating func byte(_ byte: UInt8) { self.bytes.append(byte) }

    /// Appends a string in quotes, with what must be escaped escaped.
    package mutating func text(_ text: String) {
        self.bytes.append(UInt8(ascii: "\""))
        if text.utf8.contains(where: Self.mustEscape) {
            for byte in text.utf8 { self.escaped(byte) }
        } else {
            self.bytes.append(contentsOf: text.utf8)
        }
        self.bytes.append(UInt8(ascii: "\""))
    }

    private static func mustEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            self.bytes.append(UInt8(ascii: "\\"))
            self.bytes.append(byte)
        case 0x0A: self.raw("\\n")
        case 0x0D: self.raw("\\r")
        case 0x09: self.raw("\\t")
        case 0..<0x20:
            self.raw("\\u00")
            self.bytes.append(UInt8(ascii: "0") + byte >> 4)
            self.bytes.append(Array("0123456789abcdef".utf8)[Int(byte & 15)])
        default: self.bytes.append(byte)
        }
    }

    /// Appends the key of a field: the name of the `.proto` file in lowerCamelCase, and a colon.
    package mutating func key(_ name: String) {
        self.bytes.append(UInt8(ascii: "\""))
        var raise = false
        for byte in name.utf8 {
            guard byte != UInt8(ascii: "_") else {
                raise = true
                continue
            }
            let lower = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
            self.bytes.append(raise && lower ? byte & 0xDF : byte)
            raise = false
        }
        self.raw("\":")
    }

    /// Appends an integer.
    package mutating func digits(_ value: Int64) {
        if value < 0 { self.bytes.append(UInt8(ascii: "-")) }
        self.digits(value.magnitude)
    }

    /// Appends an unsigned integer.
    package mutating func digits(_ value: UInt64) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var first = 20
        var rest = value
        repeat {
            first &-= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            digits[first] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
            rest = quotient
        } while rest > 0
        for index in first..<20 { self.bytes.append(digits[index]) }
    }

    /// Appends an integer in quotes, as 64-bit integers are written.
    package mutating func quotedDigits(_ value: Int64) {
        self.bytes.append(UInt8(ascii: "\""))
        self.digits(value)
        self.bytes.append(UInt8(ascii: "\""))
    }

    /// Appends integers in quotes, with commas between them: the columns of a flame graph are long.
    package mutating func quotedDigits(_ values: [Int64]) {
        let start = self.bytes.count
        self.bytes.append(contentsOf: repeatElement(0, count: values.count * Self.quotedByteCountMax))
        let end = Self.write(values.span, into: &self.bytes, at: start, Self.powersOfTen.span)
        self.bytes.removeLast(self.bytes.count - end)
    }

    /// A comma, two quotes, a sign and 19 digits.
    private static let quotedByteCountMax = 23

    /// 10 to the power of each index, as far as 64 bits go.
    private static let powersOfTen: [UInt64] = (0..<20).map { exponent in
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }

    private static func write(
        _ values: Span<Int64>,
        into bytes: inout [UInt8],
        at start: Int,
        _ powers: Span<UInt64>
    ) -> Int {
        var bytes = bytes.mutableSpan
        var at = start
        for index in values.indices {
            if index > 0 {
                bytes[at] = UInt8(ascii: ",")
                at &+= 1
            }
            bytes[at] = UInt8(ascii: "\"")
            at &+= 1
            if values[index] < 0 {
                bytes[at] = UInt8(ascii: "-")
                at &+= 1
            }
            at = Self.write(values[index].magnitude, into: &bytes, at: at, powers)
            bytes[at] = UInt8(ascii: "\"")
            at &+= 1
        }
        return at
    }

    /// Writes decimal digits from `at` on, from the last to the first; returns where they end.
    @inline(__always)
    private static func write(
        _ value: UInt64,
        into bytes: inout MutableSpan<UInt8>,
        at: Int,
        _ powers: Span<UInt64>
    ) -> Int {
        // log10 from log2: 1233 / 4096 is a little more than log10(2).
        let guess = ((64 &- (value | 1).leadingZeroBitCount) &* 1233) &>> 12
        let count = max(guess &+ (value >= powers[guess] ? 1 : 0), 1)
        var rest = value
        var place = at &+ count
        while place > at {
            place &-= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            bytes[place] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
            rest = quotient
        }
        return at &+ count
    }

    /// Appends an unsigned integer in quotes, as 64-bit integers are written.
    package mutating func quotedDigits(_ value: UInt64) {
        self.bytes.append(UInt8(ascii: "\""))
        self.digits(value)
        self.bytes.append(UInt8(ascii: "\""))
    }

    /// Appends a floating-point number with the shortest digits that give it back.
    package mutating func real(_ value: Double, _ digits: String) {
        if value.isNaN {
            self.raw("\"NaN\"")
        } else if value.isInfinite {
            self.raw(value < 0 ? "\"-Infinity\"" : "\"Infinity\"")
        } else {
            self.raw(digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits)
        }
    }

    /// Appends bytes as a string of base64.
    package mutating func base64(_ bytes: [UInt8]) {
        self.bytes.append(UInt8(ascii: "\""))
        Base64.encode(bytes, into: &self.bytes)
        self.bytes.append(UInt8(ascii: "\""))
    }
}
