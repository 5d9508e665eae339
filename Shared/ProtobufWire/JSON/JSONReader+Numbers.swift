// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Takes a number as the grammar of JSON has it.
    mutating func numberRange() throws(JSONError) -> Range<Int> {
        _ = try self.peek()
        let end = self.wordEnd(from: self.position)
        let range = self.position..<end
        guard JSONNumber.isWellFormed(self.bytes[range]) else { throw self.unexpectedToken() }
        self.position = end
        return range
    }

    /// The text of a number, or of a string that holds a number; `field` is for the error.
    private mutating func numberText(kind: String, field: String) throws(JSONError) -> ArraySlice<UInt8> {
        switch try self.peek() {
        case UInt8(ascii: "\""):
            let (range, _) = try self.stringRange()
            return self.bytes[range]
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return self.bytes[try self.numberRange()]
        default: throw self.invalidValue(kind, field)
        }
    }

    /// Reads an integer given as a number or a string, in any form that is integral: `16e2`, `"1600"`,
    /// `1600.0`.
    mutating func integer<I: FixedWidthInteger>(
        _ type: I.Type,
        kind: String,
        field: String
    ) throws(JSONError) -> I {
        let text = try self.numberText(kind: kind, field: field)
        guard let (negative, magnitude) = JSONNumber.integer(text) else {
            throw self.invalidValue(kind, field)
        }
        let value = negative ? I(exactly: 0 - Int128(magnitude)) : I(exactly: magnitude)
        guard let value else { throw self.invalidValue(kind, field) }
        return value
    }

    /// Reads a floating-point number given as a number or a string, or the names of the three that have no
    /// digits.
    mutating func real<R: BinaryFloatingPoint & LosslessStringConvertible>(
        _ type: R.Type,
        kind: String,
        field: String
    ) throws(JSONError) -> R {
        let text = try self.numberText(kind: kind, field: field)
        switch String(decoding: text, as: UTF8.self) {
        case "NaN": return R.nan
        case "Infinity": return R.infinity
        case "-Infinity": return -R.infinity
        case let digits:
            guard JSONNumber.isWellFormed(text), let value = R(digits), value.isFinite else {
                throw self.invalidValue(kind, field)
            }
            return value
        }
    }
}

/// The grammar of numbers in JSON.
enum JSONNumber {
    /// Whether `text` is a number and nothing else: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
    static func isWellFormed(_ text: ArraySlice<UInt8>) -> Bool { self.parts(text) != nil }

    /// The exact integer a number stands for; nil when it is no integer or needs more than 64 bits.
    static func integer(_ text: ArraySlice<UInt8>) -> (negative: Bool, magnitude: UInt64)? {
        if let plain = self.plain(text) { return plain }
        guard let parts = self.parts(text) else { return nil }
        /// The digits before and behind the point, in one row.
        func digit(_ index: Int) -> UInt8 {
            let inFraction = index - parts.whole.count
            return inFraction < 0
                ? parts.whole[parts.whole.startIndex + index] - UInt8(ascii: "0")
                : parts.fraction[parts.fraction.startIndex + inFraction] - UInt8(ascii: "0")
        }
        var (start, end) = (0, parts.whole.count + parts.fraction.count)
        var exponent = parts.exponent - parts.fraction.count
        while end > 0, digit(end - 1) == 0 {
            end -= 1
            exponent += 1
        }
        if end == 0 { return (parts.negative, 0) }
        while digit(start) == 0 { start += 1 }
        guard exponent >= 0, end - start + exponent <= 20 else { return nil }
        var magnitude: UInt64 = 0
        for index in start..<end + exponent {
            let (product, tooBig) = magnitude.multipliedReportingOverflow(by: 10)
            let next = index < end ? UInt64(digit(index)) : 0
            let (sum, overflow) = product.addingReportingOverflow(next)
            if tooBig || overflow { return nil }
            magnitude = sum
        }
        return (parts.negative, magnitude)
    }

    /// The common case, without detours: a sign or none, up to 18 digits and nothing else.
    private static func plain(_ text: ArraySlice<UInt8>) -> (negative: Bool, magnitude: UInt64)? {
        let negative = text.first == UInt8(ascii: "-")
        let digits = negative ? text.dropFirst() : text
        guard let first = digits.first, digits.count <= 18 else { return nil }
        guard first != UInt8(ascii: "0") || digits.count == 1 else { return nil }
        var value: UInt64 = 0
        for byte in digits {
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value &* 10 &+ UInt64(digit)
        }
        return (negative, value)
    }

    private typealias Parts = (
        negative: Bool, whole: ArraySlice<UInt8>, fraction: ArraySlice<UInt8>, exponent: Int
    )

    private static func parts(_ text: ArraySlice<UInt8>) -> Parts? {
        var rest = text
        let negative = rest.first == UInt8(ascii: "-")
        if negative { rest.removeFirst() }
        let whole = self.takeDigits(&rest)
        guard let first = whole.first, first != UInt8(ascii: "0") || whole.count == 1 else { return nil }
        var fraction: ArraySlice<UInt8> = []
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = self.takeDigits(&rest)
            guard !fraction.isEmpty else { return nil }
        }
        var exponent = 0
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            let down = rest.first == UInt8(ascii: "-")
            if down || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
            let digits = self.takeDigits(&rest)
            guard !digits.isEmpty else { return nil }
            let size = digits.reduce(0) { min($0 * 10 + Int($1 - UInt8(ascii: "0")), 1_000_000_000) }
            exponent = down ? -size : size
        }
        return rest.isEmpty ? (negative, whole, fraction, exponent) : nil
    }

    private static func takeDigits(_ text: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let digits = text.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        text = text[digits.endIndex...]
        return digits
    }
}
