// SPDX-License-Identifier: Apache-2.0
internal import Blocking

/// One libpq connection on a thread of its own: every call blocks that thread and no other.
package actor PostgresConnection {
    private let executor: ThreadExecutor
    private var handle: PostgresHandle?
    /// True between sending `commit` and its answer.
    private var isCommitting = false
    /// The connection's thread.
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe self.executor.asUnownedSerialExecutor()
    }

    init() throws(PostgresError) {
        do {
            self.executor = try ThreadExecutor(name: "postgres")
        } catch {
            throw .threadUnavailable(errno: error.errno)
        }
    }

    deinit { self.executor.stop() }

    func open(url: String, answerTimeout: Duration) throws(PostgresError) {
        self.handle = try PostgresHandle(url: url, answerTimeout: answerTimeout)
    }

    /// Runs one statement; returns the number of rows it changed.
    @discardableResult
    package func execute(_ query: PostgresQuery, _ values: [PostgresValue] = []) throws(PostgresError) -> Int
    {
        try self.rows(query, values).affectedCount
    }

    /// Runs one statement and returns its rows.
    package func rows(_ query: PostgresQuery, _ values: [PostgresValue] = []) throws(PostgresError)
        -> PostgresRows
    {
        guard let handle = self.handle else { throw .connectionLost }
        return try handle.run(query, values)
    }

    /// Runs several statements without parameters, for migrations.
    package func runScript(_ script: PostgresQuery) throws(PostgresError) {
        guard let handle = self.handle else { throw .connectionLost }
        try handle.runScript(script)
    }

    /// How a transaction ended, and whether the connection can serve another.
    struct Outcome<Value: Sendable>: Sendable {
        var result: Result<Value, any Error>
        var isUsable: Bool
        /// The error came when everything but the commit's answer was done: it may have taken effect.
        var isUndecided: Bool
    }

    /// Runs `body` between `begin` and `commit`; rolls back when it throws or `flag` is set.
    func transaction<Value: Sendable>(
        begin: PostgresQuery,
        _ flag: CancellationFlag,
        _ body: (isolated PostgresConnection) throws -> Value
    ) -> Outcome<Value> {
        self.handle?.cancellation = flag
        defer { self.handle?.cancellation = nil }
        self.isCommitting = false
        do {
            guard !flag.isSet else { throw PostgresError.cancelled }
            try self.execute(begin)
            let value = try body(self)
            // What is done is kept: the commit itself is not cancelled.
            self.handle?.cancellation = nil
            self.isCommitting = true
            try self.execute("commit")
            return Outcome(result: .success(value), isUsable: self.isUsable, isUndecided: false)
        } catch {
            self.handle?.cancellation = nil
            // The first error is the one to report; a connection that cannot roll back is broken.
            do { try self.execute("rollback") } catch { self.handle = nil }
            return Outcome(result: .failure(error), isUsable: self.isUsable, isUndecided: self.isCommitting)
        }
    }

    private var isUsable: Bool { self.handle?.isBroken == false }
}
