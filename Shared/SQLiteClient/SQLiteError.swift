// SPDX-License-Identifier: Apache-2.0
internal import CSQLite

/// Why SQLite did not do what was asked: numbers only, never text of a statement or a value.
package enum SQLiteError: Error, Equatable {
    /// The file could not be opened.
    case cannotOpen(code: Int32)
    /// Another connection held the lock for longer than the busy timeout.
    case busy
    /// A constraint refused the row; SQLite's extended code tells which kind.
    case constraint(extendedCode: Int32)
    /// The file is damaged or is no database.
    case corrupt(code: Int32)
    /// The disk or the database is full.
    case full
    /// The disk failed.
    case inputOutput(extendedCode: Int32)
    /// The file or the connection may not be written.
    case readOnly
    /// The task that asked was cancelled.
    case cancelled
    /// The file was written by a later version of the program.
    case newerSchema(found: Int, known: Int)
    /// A column holds another kind of value than the reader expects.
    case unexpectedValue(column: Int)
    /// The connection's thread could not be started.
    case threadUnavailable(errno: Int32)
    /// Any other result code.
    case other(extendedCode: Int32)

    /// Sorts an extended result code of the library.
    init(extendedCode: Int32) {
        self =
            switch extendedCode & 0xff {
            case SQLITE_BUSY, SQLITE_LOCKED: .busy
            case SQLITE_CONSTRAINT: .constraint(extendedCode: extendedCode)
            case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt(code: extendedCode & 0xff)
            case SQLITE_FULL: .full
            case SQLITE_IOERR: .inputOutput(extendedCode: extendedCode)
            case SQLITE_READONLY: .readOnly
            case SQLITE_INTERRUPT: .cancelled
            case SQLITE_CANTOPEN: .cannotOpen(code: extendedCode)
            default: .other(extendedCode: extendedCode)
            }
    }
}
