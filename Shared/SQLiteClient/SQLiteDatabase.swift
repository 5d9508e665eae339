// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// One database file in WAL mode: one writer and a few readers, each a connection on a thread of its own.
///
/// Any task may call; writes queue up behind each other, reads see the last commit and never wait for a
/// write.
package final class SQLiteDatabase: Sendable {
    private let writer: SQLiteConnection
    private let readers: [SQLiteConnection]
    private let nextReader = Atomic(0)

    /// Opens or creates the file and applies `migrations` from the version that it carries.
    package init(
        path: String,
        readerCount: Int = 2,
        busyTimeoutMilliseconds: Int32 = 5_000,
        migrations: [SQLiteQuery]
    ) async throws {
        self.writer = try SQLiteConnection(name: "sqlite-write")
        try await self.writer.open(
            path: path,
            isReader: false,
            busyTimeoutMilliseconds: busyTimeoutMilliseconds
        )
        try await self.writer.migrate(migrations)
        var readers: [SQLiteConnection] = []
        for _ in 0..<max(1, readerCount) {
            let reader = try SQLiteConnection(name: "sqlite-read")
            try await reader.open(
                path: path,
                isReader: true,
                busyTimeoutMilliseconds: busyTimeoutMilliseconds
            )
            readers.append(reader)
        }
        self.readers = readers
    }

    /// Runs `body` in one transaction of the writer: all of it is on disk when this returns, or none.
    ///
    /// Throws `SQLiteError`, or what `body` throws.
    @discardableResult
    package func write<Result: Sendable>(
        _ body: @Sendable (isolated SQLiteConnection) throws -> sending Result
    ) async throws -> Result {
        try await Self.run(on: self.writer, begin: "begin immediate", body)
    }

    /// Runs `body` in one read transaction: all its statements see the same commit.
    ///
    /// Throws `SQLiteError`, or what `body` throws.
    package func read<Result: Sendable>(
        _ body: @Sendable (isolated SQLiteConnection) throws -> sending Result
    ) async throws -> Result {
        let turn = self.nextReader.wrappingAdd(1, ordering: .relaxed).newValue
        let reader = self.readers[Int(UInt(bitPattern: turn) % UInt(self.readers.count))]
        return try await Self.run(on: reader, begin: "begin", body)
    }

    private static func run<Result: Sendable>(
        on connection: SQLiteConnection,
        begin: SQLiteQuery,
        _ body: @Sendable (isolated SQLiteConnection) throws -> sending Result
    ) async throws -> Result {
        let flag = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await connection.transaction(begin: begin, flag, body)
        } onCancel: {
            flag.set()
        }
    }
}
