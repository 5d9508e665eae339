// SPDX-License-Identifier: Apache-2.0

// Invariant: a handle belongs to one `PostgresConnection` and is touched on its thread only. Results are
// cleared by the function that got them, after their rows were copied. Parameters are read by libpq before
// `PQsend…` returns.
internal import CLibpq
internal import Glibc

/// Owner of one libpq connection, used without blocking inside the library: we wait, so that we can stop
/// waiting.
@safe
final class PostgresHandle {
    private struct PreparedKey: Hashable {
        var query: PostgresQuery
        var types: [UInt32]
    }

    private let connection: OpaquePointer
    private var prepared: [PreparedKey: String] = [:]
    /// True once the connection cannot be used again.
    private(set) var isBroken = false
    /// Set by the connection for the time of one lease.
    var cancellation: CancellationFlag?

    /// How long one wait lasts before the cancellation flag is looked at again.
    private static let waitMilliseconds: Int32 = 50
    /// A server that says nothing at all is given up after this.
    private let answerTimeout: Duration
    /// How long a cancelled statement may take to end before the connection is given up.
    private static let cancelTimeout: Duration = .seconds(2)
    private static let sqlStateField = Int32(UInt8(ascii: "C"))

    /// Connects, blocking for at most a few seconds, and sets the session's timeouts.
    init(url: String, answerTimeout: Duration) throws(PostgresError) {
        try Self.check(url: url)
        // The URL may override what stands before it and nothing that stands behind it.
        let keywords = ["connect_timeout", "fallback_application_name", "dbname", "client_encoding"]
        let connection = unsafe Self.withCStrings(keywords) { keywords in
            unsafe Self.withCStrings(["2", "hearth", url, "UTF8"]) { values in
                unsafe PQconnectdbParams(keywords, values, 1)
            }
        }
        guard let connection = unsafe connection else { throw .connectionFailed(reason: "out of memory") }
        unsafe self.connection = connection
        self.answerTimeout = answerTimeout
        guard unsafe PQstatus(connection) == CONNECTION_OK else {
            throw .connectionFailed(reason: unsafe Self.reason(String(cString: PQerrorMessage(connection))))
        }
        unsafe PQsetNoticeProcessor(connection, { _, _ in }, nil)
        guard unsafe PQsetnonblocking(connection, 1) == 0 else { throw .connectionLost }
        try self.runScript(
            """
            set statement_timeout = '5s'; set lock_timeout = '4s'; set
                idle_in_transaction_session_timeout = '10s';
            set search_path = public; set standard_conforming_strings = on; set timezone = 'UTC';
            """
        )
    }

    deinit { unsafe PQfinish(self.connection) }

    /// Runs several statements without parameters or rows.
    func runScript(_ script: PostgresQuery) throws(PostgresError) {
        guard unsafe PQsendQuery(self.connection, script.text) == 1 else { throw self.lost() }
        _ = try self.answer()
    }

    /// Runs one statement, prepared on its first use.
    func run(_ query: PostgresQuery, _ values: [PostgresValue]) throws(PostgresError) -> PostgresRows {
        guard !self.isBroken else { throw .connectionLost }
        guard self.cancellation?.isSet != true else { throw .cancelled }
        let parameters = try PostgresParameters(values)
        let name = try self.prepare(query, types: parameters.types)
        let isSent = unsafe Self.withPointers(parameters) { values, lengths, formats in
            unsafe PQsendQueryPrepared(
                self.connection,
                name,
                Int32(lengths.count),
                values.baseAddress,
                lengths.baseAddress,
                formats.baseAddress,
                1
            )
        }
        guard isSent == 1 else { throw self.lost() }
        return try self.answer(mayCancel: true)
    }

    private func prepare(_ query: PostgresQuery, types: [UInt32]) throws(PostgresError) -> String {
        let key = PreparedKey(query: query, types: types)
        if let name = self.prepared[key] { return name }
        let name = "s\(self.prepared.count)"
        guard unsafe PQsendPrepare(self.connection, name, query.text, Int32(types.count), types) == 1 else {
            throw self.lost()
        }
        _ = try self.answer()
        self.prepared[key] = name
        return name
    }

    /// Waits for the answer to what was sent; of several results the first error, else the last.
    ///
    /// Returns only when a cancel request that it made has left: it must not hit the next statement.
    private func answer(mayCancel: Bool = false) throws(PostgresError) -> PostgresRows {
        var rows = PostgresRows(
            storage: .init(types: [], cells: [], bytes: [], affectedCount: 0),
            count: 0
        )
        var failure: PostgresError?
        var deadline = ContinuousClock.now + self.answerTimeout
        var cancelRequest: PostgresCancelRequest?
        while true {
            while try self.isBusy() {
                if mayCancel, cancelRequest == nil, self.cancellation?.isSet == true {
                    deadline = .now + Self.cancelTimeout
                    cancelRequest = unsafe self.requestCancel()
                }
                guard ContinuousClock.now < deadline else {
                    self.isBroken = true
                    throw cancelRequest == nil ? .timedOut : .cancelled
                }
                try self.wait()
            }
            guard let result = unsafe PQgetResult(self.connection) else { break }
            defer { unsafe PQclear(result) }
            do {
                rows = try unsafe self.rows(of: result)
            } catch {
                failure = failure ?? error
            }
        }
        if let cancelRequest, !cancelRequest.waitUntilSent(until: deadline) { self.isBroken = true }
        if let failure {
            self.isBroken = self.isBroken || failure.isConnectionLoss
            if cancelRequest != nil, failure.sqlState == .queryCancelled { throw .cancelled }
            throw failure
        }
        return rows
    }

    /// Moves bytes both ways without waiting; true while the next result is not complete.
    private func isBusy() throws(PostgresError) -> Bool {
        let unsent = unsafe PQflush(self.connection)
        guard unsent >= 0, unsafe PQconsumeInput(self.connection) == 1 else { throw self.lost() }
        return unsafe unsent == 1 || PQisBusy(self.connection) == 1
    }

    private func wait() throws(PostgresError) {
        let events = unsafe PQflush(self.connection) == 1 ? POLLIN | POLLOUT : POLLIN
        var descriptor = pollfd(fd: unsafe PQsocket(self.connection), events: Int16(events), revents: 0)
        guard descriptor.fd >= 0 else { throw self.lost() }
        guard unsafe poll(&descriptor, 1, Self.waitMilliseconds) >= 0 || errno == EINTR else {
            throw self.lost()
        }
    }

    private func lost() -> PostgresError {
        self.isBroken = true
        return .connectionLost
    }

    /// Asks the server to stop the statement, from a thread of its own: the request blocks on a second
    /// connection.
    @unsafe private func requestCancel() -> PostgresCancelRequest? {
        guard let cancel = unsafe PQgetCancel(self.connection) else { return nil }
        let request = unsafe PostgresCancelRequest(cancel)
        request.send()
        return request
    }

    @unsafe private func rows(of result: OpaquePointer) throws(PostgresError) -> PostgresRows {
        switch unsafe PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK: break
        default:
            guard let state = unsafe PQresultErrorField(result, Self.sqlStateField) else { throw self.lost() }
            throw .statementFailed(unsafe SQLState(String(cString: state)))
        }
        let rowCount = unsafe PQntuples(result)
        let columnCount = unsafe PQnfields(result)
        var cells: [PostgresRows.Cell] = []
        var bytes: [UInt8] = []
        cells.reserveCapacity(Int(rowCount) * Int(columnCount))
        for row in 0..<rowCount {
            for column in 0..<columnCount {
                guard unsafe PQgetisnull(result, row, column) == 0 else {
                    cells.append(.init(byteCount: -1, start: 0))
                    continue
                }
                let byteCount = Int(unsafe PQgetlength(result, row, column))
                cells.append(.init(byteCount: byteCount, start: bytes.count))
                unsafe bytes.append(
                    contentsOf: UnsafeRawBufferPointer(
                        start: PQgetvalue(result, row, column),
                        count: byteCount
                    )
                )
            }
        }
        let storage = PostgresRows.Storage(
            types: (0..<columnCount).map { unsafe PQftype(result, $0) },
            cells: cells,
            bytes: bytes,
            affectedCount: unsafe Int(String(cString: PQcmdTuples(result))) ?? 0
        )
        return PostgresRows(storage: storage, count: Int(rowCount))
    }
}
