// SPDX-License-Identifier: Apache-2.0

/// The rows of one answer, copied out of the library.
package struct PostgresRows: Sendable, RandomAccessCollection {
    /// A cell in the server's binary format.
    struct Cell: Sendable {
        /// Negative for null.
        var byteCount: Int
        var start: Int
    }

    /// Shared by all rows, never changed once built.
    final class Storage: Sendable {
        let types: [UInt32]
        let cells: [Cell]
        let bytes: [UInt8]
        /// Rows that the statement changed or returned.
        let affectedCount: Int

        init(types: [UInt32], cells: [Cell], bytes: [UInt8], affectedCount: Int) {
            self.types = types
            self.cells = cells
            self.bytes = bytes
            self.affectedCount = affectedCount
        }
    }

    let storage: Storage
    package let endIndex: Int

    init(storage: Storage, count: Int) {
        self.storage = storage
        self.endIndex = count
    }

    package var startIndex: Int { 0 }

    /// How many rows the statement inserted, updated, deleted or selected.
    package var affectedCount: Int { self.storage.affectedCount }

    package subscript(_ index: Int) -> PostgresRow {
        precondition(self.indices.contains(index), "row out of range")
        return PostgresRow(storage: self.storage, firstCell: index * self.storage.types.count)
    }
}

/// One row.
package struct PostgresRow: Sendable {
    let storage: PostgresRows.Storage
    let firstCell: Int

    /// The integer or truth value in `column`.
    package func int(_ column: Int) throws(PostgresError) -> Int64 {
        let (type, bytes) = try self.cell(column)
        switch (type, bytes.count) {
        case (PostgresType.int8, 8), (PostgresType.int4, 4), (PostgresType.int2, 2):
            return Self.bigEndian(bytes)
        case (PostgresType.bool, 1): return bytes.first == 0 ? 0 : 1
        default: throw .unexpectedValue(column: column)
        }
    }

    /// The text in `column`.
    package func text(_ column: Int) throws(PostgresError) -> String {
        let (type, bytes) = try self.cell(column)
        guard [PostgresType.text, PostgresType.varchar, PostgresType.name].contains(type) else {
            throw .unexpectedValue(column: column)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The bytes in `column`.
    package func bytes(_ column: Int) throws(PostgresError) -> [UInt8] {
        let (type, bytes) = try self.cell(column)
        guard type == PostgresType.bytea else { throw .unexpectedValue(column: column) }
        return Array(bytes)
    }

    /// The array of 64-bit integers in `column`, which holds no null.
    package func ints(_ column: Int) throws(PostgresError) -> [Int64] {
        let (type, bytes) = try self.cell(column)
        guard type == PostgresType.int8Array, bytes.count >= 12 else {
            throw .unexpectedValue(column: column)
        }
        let start = bytes.startIndex
        let dimensions = Self.bigEndian(bytes[start..<start + 4])
        if dimensions == 0 { return [] }
        guard dimensions == 1, bytes.count >= 20 else { throw .unexpectedValue(column: column) }
        let count = Self.bigEndian(bytes[start + 12..<start + 16])
        guard count >= 0, Int64(bytes.count) - 20 == count * 12 else {
            throw .unexpectedValue(column: column)
        }
        return stride(from: start + 24, to: bytes.endIndex, by: 12).map { Self.bigEndian(bytes[$0..<$0 + 8]) }
    }

    /// Whether `column` is null.
    package func isNull(_ column: Int) -> Bool { self.storage.cells[self.firstCell + column].byteCount < 0 }

    private func cell(_ column: Int) throws(PostgresError) -> (type: UInt32, bytes: ArraySlice<UInt8>) {
        guard column < self.storage.types.count else { throw .unexpectedValue(column: column) }
        let cell = self.storage.cells[self.firstCell + column]
        guard cell.byteCount >= 0 else { throw .unexpectedValue(column: column) }
        return (self.storage.types[column], self.storage.bytes[cell.start..<cell.start + cell.byteCount])
    }

    /// The signed number in up to eight bytes, most significant first.
    private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> Int64 {
        let bits = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let unused = 64 - 8 * bytes.count
        return Int64(bitPattern: bits << unused) >> Int64(unused)
    }
}
