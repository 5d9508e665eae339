// SPDX-License-Identifier: Apache-2.0
internal import Blocking
internal import Glibc

/// One connection on a thread of its own: every call blocks that thread and no other.
package actor SQLiteConnection {
    private let executor: ThreadExecutor
    private var handle: SQLiteHandle?
    /// The connection's thread.
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe self.executor.asUnownedSerialExecutor()
    }

    init(name: String) throws(SQLiteError) {
        do {
            self.executor = try ThreadExecutor(name: name)
        } catch {
            throw .threadUnavailable(errno: error.errno)
        }
    }

    deinit { self.executor.stop() }

    /// Opens the file in WAL mode, every commit durable.
    func open(path: String, isReader: Bool, busyTimeoutMilliseconds: Int32) throws(SQLiteError) {
        let handle = try SQLiteHandle(path: path, busyTimeoutMilliseconds: busyTimeoutMilliseconds)
        try Self.useWAL(handle, busyTimeoutMilliseconds: busyTimeoutMilliseconds)
        try handle.runScript(
            """
            pragma synchronous=full;
            pragma foreign_keys=on;
            pragma trusted_schema=off;
            pragma temp_store=memory;
            """
        )
        if isReader { try handle.runScript("pragma query_only=on") }
        self.handle = handle
    }

    /// Changes the file to WAL, where it is not yet.
    ///
    /// While another connection does the same, SQLite refuses at once, without waiting for the busy timeout:
    /// the wait is made here.
    private static func useWAL(_ handle: SQLiteHandle, busyTimeoutMilliseconds: Int32) throws(SQLiteError) {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: .milliseconds(Int(busyTimeoutMilliseconds)))
        while true {
            do throws(SQLiteError) {
                return try handle.runScript("pragma journal_mode=wal")
            } catch {
                guard error == .busy, clock.now < end else { throw error }
                // The connection's own thread waits, nobody else.
                usleep(2_000)
            }
        }
    }

    /// Runs one statement; returns the number of rows it changed.
    @discardableResult
    package func execute(_ query: SQLiteQuery, _ values: [SQLiteValue] = []) throws(SQLiteError) -> Int {
        try self.opened().run(query, values) { _ in }
    }

    /// Runs one statement and returns its rows.
    package func rows(_ query: SQLiteQuery, _ values: [SQLiteValue] = []) throws(SQLiteError) -> [SQLiteRow] {
        var rows: [SQLiteRow] = []
        _ = try self.opened().run(query, values) { rows.append($0) }
        return rows
    }

    /// Runs `body` between `begin` and `commit`; rolls back when it throws or `flag` is set.
    func transaction<Result>(
        begin: SQLiteQuery,
        _ flag: CancellationFlag,
        _ body: (isolated SQLiteConnection) throws -> sending Result
    ) throws -> sending Result {
        guard !flag.isSet else { throw SQLiteError.cancelled }
        let handle = try self.opened()
        handle.cancellation = flag
        defer { handle.cancellation = nil }
        try self.execute(begin)
        do {
            let result = try body(self)
            handle.cancellation = nil
            try self.execute("commit")
            return result
        } catch {
            handle.cancellation = nil
            // The first error is the one to report; after some errors SQLite has rolled back by itself.
            do { try self.execute("rollback") } catch {}
            throw error
        }
    }

    /// Applies the migrations that the file has not seen, each in a transaction of its own.
    func migrate(_ migrations: [SQLiteQuery]) throws {
        while true {
            let isDone = try self.transaction(begin: "begin immediate", CancellationFlag()) { connection in
                let version = Int(try connection.rows("pragma user_version")[0].int(0))
                guard version <= migrations.count else {
                    throw SQLiteError.newerSchema(found: version, known: migrations.count)
                }
                guard version < migrations.count else { return true }
                let handle = try connection.opened()
                try handle.runScript(migrations[version].text)
                try handle.runScript("pragma user_version = \(version + 1)")
                return false
            }
            if isDone { return }
        }
    }

    private func opened() throws(SQLiteError) -> SQLiteHandle {
        guard let handle = self.handle else { throw .other(extendedCode: -1) }
        return handle
    }
}
