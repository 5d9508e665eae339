// SPDX-License-Identifier: Apache-2.0

/// One SQL statement, written as a literal in the source: no statement can be built from input
/// (spec/reliability X5).
package struct SQLiteQuery: ExpressibleByStringLiteral, Hashable, Sendable {
    let text: String

    package init(stringLiteral: StaticString) { self.text = stringLiteral.description }
}

/// A value bound to a parameter, or found in a column.
package enum SQLiteValue: Hashable, Sendable {
    case null
    case int(Int64)
    case real(Double)
    case text(String)
    case bytes([UInt8])
}

/// One row, copied out of the library.
package struct SQLiteRow: Hashable, Sendable {
    /// The columns, in the order of the statement.
    package let values: [SQLiteValue]

    /// The integer in `column`.
    package func int(_ column: Int) throws(SQLiteError) -> Int64 {
        guard case .int(let value) = self.values[column] else { throw .unexpectedValue(column: column) }
        return value
    }

    /// The text in `column`.
    package func text(_ column: Int) throws(SQLiteError) -> String {
        guard case .text(let value) = self.values[column] else { throw .unexpectedValue(column: column) }
        return value
    }

    /// The bytes in `column`.
    package func bytes(_ column: Int) throws(SQLiteError) -> [UInt8] {
        guard case .bytes(let value) = self.values[column] else { throw .unexpectedValue(column: column) }
        return value
    }

    /// Whether `column` is null.
    package func isNull(_ column: Int) -> Bool { self.values[column] == .null }
}
