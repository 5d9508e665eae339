// SPDX-License-Identifier: Apache-2.0

// Invariant: a handle and its statements belong to one `SQLiteConnection` and are touched on its thread
// only (the library is opened without a mutex). Pointers that the library returns are copied before the
// next call. `slot` is handed to the progress handler unretained; the handle owns it and closes the
// database before it goes.
internal import CSQLite

/// Owner of one `sqlite3` and its prepared statements.
@safe
final class SQLiteHandle {
    private let database: OpaquePointer
    private let slot = CancellationSlot()
    private var statements: [SQLiteQuery: OpaquePointer] = unsafe [:]

    /// How many virtual machine steps pass between two looks at the cancellation flag (about a millisecond).
    private static let stepsBetweenChecks: Int32 = 20_000

    init(path: String, busyTimeoutMilliseconds: Int32) throws(SQLiteError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let database = unsafe opened else {
            unsafe sqlite3_close_v2(opened)
            throw .cannotOpen(code: code)
        }
        unsafe self.database = database
        unsafe sqlite3_busy_timeout(database, busyTimeoutMilliseconds)
        unsafe sqlite3_progress_handler(
            database,
            Self.stepsBetweenChecks,
            { slot in
                guard let slot = unsafe slot else { return 0 }
                let current = unsafe Unmanaged<CancellationSlot>.fromOpaque(slot).takeUnretainedValue()
                    .current
                return current?.isSet == true ? 1 : 0
            },
            Unmanaged.passUnretained(self.slot).toOpaque()
        )
    }

    deinit {
        var open = unsafe Array(self.statements.values)
        while let statement = unsafe open.popLast() { unsafe sqlite3_finalize(statement) }
        unsafe sqlite3_close_v2(self.database)
    }

    /// Statements fail with `cancelled` once this flag is set.
    var cancellation: CancellationFlag? {
        get { self.slot.current }
        set { self.slot.current = newValue }
    }

    /// Runs a script of our own: several statements, no parameters, no rows.
    func runScript(_ script: String) throws(SQLiteError) {
        let code = unsafe sqlite3_exec(self.database, script, nil, nil, nil)
        guard code == SQLITE_OK else { throw SQLiteError(extendedCode: code) }
    }

    /// Runs one statement and hands each row to `onRow`; returns the number of rows it changed.
    func run(
        _ query: SQLiteQuery,
        _ values: [SQLiteValue],
        onRow: (SQLiteRow) -> Void
    ) throws(SQLiteError) -> Int {
        let statement = try unsafe self.prepared(query)
        defer {
            unsafe sqlite3_reset(statement)
            unsafe sqlite3_clear_bindings(statement)
        }
        precondition(
            Int(unsafe sqlite3_bind_parameter_count(statement)) == values.count,
            "one value per parameter"
        )
        for (index, value) in zip(Int32(1)..., values) {
            let code = unsafe Self.bind(value, at: index, of: statement)
            guard code == SQLITE_OK else { throw SQLiteError(extendedCode: code) }
        }
        while true {
            switch unsafe sqlite3_step(statement) {
            case SQLITE_ROW: onRow(unsafe Self.row(of: statement))
            case SQLITE_DONE: return Int(unsafe sqlite3_changes64(self.database))
            case let code: throw SQLiteError(extendedCode: code)
            }
        }
    }

    @unsafe private func prepared(_ query: SQLiteQuery) throws(SQLiteError) -> OpaquePointer {
        if let known = unsafe self.statements[query] { return unsafe known }
        var prepared: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let code = unsafe sqlite3_prepare_v3(self.database, query.text, -1, flags, &prepared, nil)
        guard code == SQLITE_OK else { throw SQLiteError(extendedCode: code) }
        guard let statement = unsafe prepared else { throw .other(extendedCode: SQLITE_MISUSE) }
        unsafe self.statements[query] = statement
        return unsafe statement
    }

    @unsafe private static func bind(_ value: SQLiteValue, at index: Int32, of statement: OpaquePointer)
        -> Int32
    {
        switch value {
        case .null: return unsafe sqlite3_bind_null(statement, index)
        case .int(let number): return unsafe sqlite3_bind_int64(statement, index, number)
        case .real(let number): return unsafe sqlite3_bind_double(statement, index, number)
        case .text(var text):
            return text.withUTF8 { bytes in
                unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                    let start = characters.baseAddress
                    return unsafe start == nil
                        ? hearth_sqlite3_bind_text(statement, index, "", 0)
                        : hearth_sqlite3_bind_text(statement, index, start, UInt64(characters.count))
                }
            }
        case .bytes(let bytes):
            // A null pointer would bind NULL.
            guard !bytes.isEmpty else { return unsafe sqlite3_bind_zeroblob(statement, index, 0) }
            return unsafe bytes.withUnsafeBytes { buffer in
                unsafe hearth_sqlite3_bind_blob(statement, index, buffer.baseAddress, UInt64(buffer.count))
            }
        }
    }

    @unsafe private static func row(of statement: OpaquePointer) -> SQLiteRow {
        SQLiteRow(
            values: (0..<(unsafe sqlite3_column_count(statement))).map { column in
                switch unsafe sqlite3_column_type(statement, column) {
                case SQLITE_INTEGER: .int(unsafe sqlite3_column_int64(statement, column))
                case SQLITE_FLOAT: .real(unsafe sqlite3_column_double(statement, column))
                case SQLITE_TEXT:
                    .text(unsafe String(decoding: Self.bytes(of: statement, column), as: UTF8.self))
                case SQLITE_BLOB: .bytes(unsafe Array(Self.bytes(of: statement, column)))
                default: .null
                }
            }
        )
    }

    /// The bytes of a text or blob column, valid until the next call.
    @unsafe private static func bytes(of statement: OpaquePointer, _ column: Int32) -> UnsafeRawBufferPointer
    {
        let start = unsafe sqlite3_column_blob(statement, column)
        let count = unsafe sqlite3_column_bytes(statement, column)
        return unsafe UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(count))
    }
}

/// Where the progress handler finds the flag of the task being served.
private final class CancellationSlot {
    var current: CancellationFlag?
}
