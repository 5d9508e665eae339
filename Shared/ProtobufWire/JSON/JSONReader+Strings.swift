// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Reads a string.
    package mutating func text() throws(JSONError) -> String {
        guard try self.peek() == UInt8(ascii: "\"") else { throw self.unexpectedToken() }
        let (range, escaped) = try self.stringRange()
        do {
            guard escaped else {
                return String(copying: try UTF8Span(validating: self.bytes.span.extracting(range)))
            }
            let content = try self.unescaped(range)
            return String(copying: try UTF8Span(validating: content.span))
        } catch { throw self.error(.invalidString) }
    }

    /// Reads a string and leaves it where it is: the range between the quotes, and whether it holds escapes.
    mutating func stringRange() throws(JSONError) -> (range: Range<Int>, escaped: Bool) {
        let start = self.position + 1
        var end = start
        var escaped = false
        while end < self.bytes.count {
            switch self.bytes[end] {
            case UInt8(ascii: "\""):
                self.position = end + 1
                return (start..<end, escaped)
            case UInt8(ascii: "\\"):
                escaped = true
                end += 2
            case 0..<0x20: throw self.error(.invalidString)
            default: end += 1
            }
        }
        self.position = self.bytes.count
        throw self.error(.unexpectedEnd)
    }

    /// Reads a string of base64, standard or URL alphabet, padded or not.
    mutating func base64(field: String) throws(JSONError) -> [UInt8] {
        guard try self.peek() == UInt8(ascii: "\"") else { throw self.invalidValue("bytes", field) }
        let (range, escaped) = try self.stringRange()
        let decoded: [UInt8]?
        if escaped {
            let content = try self.unescaped(range)
            decoded = Base64.decode(content.span)
        } else {
            decoded = Base64.decode(self.bytes.span.extracting(range))
        }
        guard let decoded else { throw self.invalidValue("bytes", field) }
        return decoded
    }

    private func unescaped(_ range: Range<Int>) throws(JSONError) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = self.bytes[index]
            index += 1
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            let kind = self.bytes[index]
            index += 1
            switch kind {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(kind)
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                result.append(
                    contentsOf: String(try self.escapedScalar(at: &index, end: range.upperBound)).utf8
                )
            default: throw self.error(.invalidString)
            }
        }
        return result
    }

    /// Reads the digits behind `\u`, and the second half of a surrogate pair where there is one.
    private func escapedScalar(at index: inout Int, end: Int) throws(JSONError) -> Character {
        let first = try self.hexUnit(at: &index, end: end)
        if let scalar = Unicode.Scalar(UInt32(first)) { return Character(scalar) }
        guard UTF16.isLeadSurrogate(first), index + 2 <= end, self.bytes[index] == UInt8(ascii: "\\"),
            self.bytes[index + 1] == UInt8(ascii: "u")
        else { throw self.error(.invalidString) }
        index += 2
        let second = try self.hexUnit(at: &index, end: end)
        guard UTF16.isTrailSurrogate(second) else { throw self.error(.invalidString) }
        let value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        guard let scalar = Unicode.Scalar(value) else { throw self.error(.invalidString) }
        return Character(scalar)
    }

    private func hexUnit(at index: inout Int, end: Int) throws(JSONError) -> UInt16 {
        guard index + 4 <= end else { throw self.error(.invalidString) }
        var unit: UInt16 = 0
        for byte in self.bytes[index..<index + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw self.error(.invalidString)
            }
            unit = unit << 4 | UInt16(digit)
        }
        index += 4
        return unit
    }
}
