// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

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
        do throws(JSONString.Fault) {
            let found = try JSONString.content(self.bytes.span, from: self.position + 1)
            self.position = found.range.upperBound + 1
            return (found.range, found.isEscaped)
        } catch {
            guard error == .unterminated else { throw self.error(.invalidString) }
            self.position = self.bytes.count
            throw self.error(.unexpectedEnd)
        }
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
        do throws(JSONString.Fault) {
            return try JSONString.unescaped(self.bytes.span, range, halfPairs: .refused)
        } catch { throw self.error(.invalidString) }
    }
}
