// SPDX-License-Identifier: Apache-2.0
internal import LabelSelector

/// Checks ids of profiles, spans and traces; the Go server notices broken ones only when data is there
/// (spec/query 0).
enum RequestID {
    /// Checks that each of `ids` has `digitCount` hexadecimal digits.
    static func check(_ ids: [String], kind: String, digitCount: Int) throws(QueryError) {
        for id in ids {
            guard id.utf8.count == digitCount else {
                throw .invalid("invalid \(kind) id length: \(goQuoted(id.prefix(64)))")
            }
            guard let bad = id.unicodeScalars.first(where: { !Self.isHexadecimal($0) }) else { continue }
            let code = String(bad.value, radix: 16, uppercase: true)
            let padded = String(repeating: "0", count: max(0, 4 - code.count)) + code
            throw .invalid("encoding/hex: invalid byte: U+\(padded) '\(bad)'")
        }
    }

    /// Checks that each of `ids` is a UUID, with or without dashes.
    static func checkProfileIDs(_ ids: [String]) throws(QueryError) {
        for id in ids {
            let groups = id.split(separator: "-", omittingEmptySubsequences: false).map(\.utf8.count)
            guard groups == [8, 4, 4, 4, 12] || groups == [32] else {
                throw .invalid("invalid UUID length: \(id.utf8.count)")
            }
            guard id.unicodeScalars.allSatisfy({ $0 == "-" || Self.isHexadecimal($0) }) else {
                throw .invalid("invalid UUID format")
            }
        }
    }

    private static func isHexadecimal(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && scalar.properties.isHexDigit
    }
}
