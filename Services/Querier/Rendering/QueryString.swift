// SPDX-License-Identifier: Apache-2.0
internal import LabelSelector

/// The parameters of a URL, read as Go's `url.ParseQuery` reads them.
struct QueryString {
    private var values: [String: [String]] = [:]

    /// More parameters than any client sends.
    private static let parameterCountMax = 1_000

    /// Parses the part behind `?`, still percent-encoded.
    init(_ text: Substring) throws(QueryError) {
        var count = 0
        for pair in text.split(separator: "&") {
            count += 1
            guard count <= Self.parameterCountMax else {
                throw .invalid("more than \(Self.parameterCountMax) parameters")
            }
            guard !pair.utf8.contains(UInt8(ascii: ";")) else {
                throw .invalid("invalid semicolon separator in query")
            }
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decoded(parts[0])
            self.values[name, default: []].append(try parts.count > 1 ? Self.decoded(parts[1]) : "")
        }
    }

    /// The first value of `name`, nil when it is absent.
    subscript(_ name: String) -> String? { self.values[name]?.first }

    /// All values of `name`.
    func all(_ name: String) -> [String] { self.values[name] ?? [] }

    private static func decoded(_ text: Substring) throws(QueryError) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "+"): result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                let escape = String(decoding: bytes[index..<min(index + 3, bytes.count)], as: UTF8.self)
                let digits = escape.dropFirst()
                guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit),
                    let value = UInt8(digits, radix: 16)
                else { throw .invalid("invalid URL escape \(goQuoted(escape))") }
                result.append(value)
                index += 2
            default: result.append(byte)
            }
            index += 1
        }
        return String(decoding: result, as: UTF8.self)
    }
}
