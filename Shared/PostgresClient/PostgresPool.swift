// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// A few connections, leased for one transaction at a time.
///
/// Any task may call. A caller waits at most `acquireTimeout` for a connection. While the server is away
/// callers fail at once, and one of them at a time, after a growing delay, finds out whether it is back.
package final class PostgresPool: Sendable {
    private let url: String
    private let acquireTimeout: Duration
    private let answerTimeout: Duration
    private let leases: Mutex<LeaseState>
    private let onFailure: @Sendable (PostgresError) -> Void

    /// How often a transaction is tried when it meets deadlocks, conflicts or a connection that broke
    /// meanwhile.
    private static let attemptCountMax = 5

    /// Checks the URL; connections are made when first needed.
    ///
    /// The server stops a statement after 5 s by itself; one that says nothing is given up after
    /// `answerTimeout`. `onFailure` hears why a connection could not be made.
    package init(
        url: String,
        connectionCountMax: Int = 4,
        acquireTimeout: Duration = .seconds(1),
        answerTimeout: Duration = .seconds(7),
        onFailure: @escaping @Sendable (PostgresError) -> Void = { _ in }
    ) throws(PostgresError) {
        try PostgresHandle.check(url: url)
        self.url = url
        self.acquireTimeout = acquireTimeout
        self.answerTimeout = answerTimeout
        self.leases = Mutex(LeaseState(connectionCountMax: connectionCountMax))
        self.onFailure = onFailure
    }

    /// Runs `body` in one transaction: committed when this returns.
    ///
    /// `body` may run several times, each time in a new transaction, until one is not torn down by a
    /// deadlock, a serialization failure or a lost connection. Throws `PostgresError`, or what `body`
    /// throws.
    @discardableResult
    package func transaction<Value: Sendable>(
        _ body: @Sendable (isolated PostgresConnection) throws -> Value
    ) async throws -> Value {
        try await self.run(begin: "begin", body)
    }

    /// Runs `body` in one read-only transaction whose statements see the same data; see `transaction`.
    package func read<Value: Sendable>(
        _ body: @Sendable (isolated PostgresConnection) throws -> Value
    ) async throws -> Value {
        try await self.run(begin: "begin isolation level repeatable read read only", body)
    }

    private func run<Value: Sendable>(
        begin: PostgresQuery,
        _ body: @Sendable (isolated PostgresConnection) throws -> Value
    ) async throws -> Value {
        var attempt = 1
        while true {
            let connection = try await self.acquire()
            let flag = CancellationFlag()
            let outcome = await withTaskCancellationHandler {
                await connection.transaction(begin: begin, flag, body)
            } onCancel: {
                flag.set()
            }
            self.release(connection, isUsable: outcome.isUsable)
            switch outcome.result {
            case .success(let value): return value
            case .failure(let error):
                guard attempt < Self.attemptCountMax, Self.mayRetry(error, isUndecided: outcome.isUndecided)
                else {
                    throw error
                }
                try await Self.pause(beforeAttempt: attempt + 1)
                attempt += 1
            }
        }
    }

    private static func mayRetry(_ error: any Error, isUndecided: Bool) -> Bool {
        guard let error = error as? PostgresError else { return false }
        return error.sqlState?.isTransient == true || (error.isConnectionLoss && !isUndecided)
    }

    private static func pause(beforeAttempt attempt: Int) async throws {
        do {
            try await Task.sleep(for: .milliseconds(10 * attempt) * Double.random(in: 0.5...1))
        } catch {
            throw PostgresError.cancelled
        }
    }

    // MARK: Leases

    private func acquire() async throws(PostgresError) -> PostgresConnection {
        let deadline = ContinuousClock.now + self.acquireTimeout
        while true {
            guard !Task.isCancelled else { throw .cancelled }
            switch self.leases.withLock({ $0.take(at: .now) }) {
            case .connection(let connection): return connection
            case .connect: return try await self.connect()
            case .unavailable(let error): throw error
            case .wait(let id):
                if let connection = await self.wait(id, until: deadline) { return connection }
                guard ContinuousClock.now < deadline else { throw .poolExhausted }
            }
        }
    }

    private func connect() async throws(PostgresError) -> PostgresConnection {
        do throws(PostgresError) {
            let connection = try PostgresConnection()
            try await connection.open(url: self.url, answerTimeout: self.answerTimeout)
            self.leases.withLock { $0.connected() }
            return connection
        } catch {
            for handover in self.leases.withLock({ $0.failedToConnect(error, at: .now) }) {
                handover.perform()
            }
            self.onFailure(error)
            throw error
        }
    }

    private func release(_ connection: PostgresConnection, isUsable: Bool) {
        let handovers = self.leases.withLock { $0.giveBack(connection, isUsable: isUsable) }
        for handover in handovers { handover.perform() }
    }

    /// A connection handed over by its last user, or nil when it is time to look again.
    private func wait(_ id: Int, until deadline: ContinuousClock.Instant) async -> PostgresConnection? {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Cancelled when the wait is over: nothing to do then but to end.
                do { try await Task.sleep(until: deadline) } catch {}
                self.leases.withLock { $0.giveUp(id) }?.resume(returning: nil)
            }
            let connection = await withCheckedContinuation { continuation in
                self.leases.withLock { $0.enqueue(continuation, id: id) }?.resume(returning: nil)
            }
            group.cancelAll()
            return connection
        }
    }
}
