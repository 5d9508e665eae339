// SPDX-License-Identifier: Apache-2.0

/// Who has which connection: the pool's state, changed under its lock; what it returns is acted on
/// afterwards.
struct LeaseState: Sendable {
    typealias Waiter = CheckedContinuation<PostgresConnection?, Never>

    /// What a caller that needs a connection has to do.
    enum Step: Sendable {
        case connection(PostgresConnection)
        /// Open one; a place in the pool is kept for it.
        case connect
        case wait(id: Int)
        case unavailable(PostgresError)
    }

    /// A waiter and what it gets: a connection, or nil to look again.
    struct Handover: Sendable {
        var waiter: Waiter
        var connection: PostgresConnection?

        func perform() { self.waiter.resume(returning: self.connection) }
    }

    private let connectionCountMax: Int
    private var idle: [PostgresConnection] = []
    /// Connections that exist or are being opened.
    private var openCount = 0
    private var openingCount = 0
    private var waiters: [(id: Int, continuation: Waiter)] = []
    /// Waits that were announced and have neither begun nor ended.
    private var announced: Set<Int> = []
    private var nextWait = 0
    private var delay = ReconnectDelay()
    private var lastFailure: PostgresError?

    init(connectionCountMax: Int) { self.connectionCountMax = max(1, connectionCountMax) }

    mutating func take(at now: ContinuousClock.Instant) -> Step {
        if let connection = self.idle.popLast() { return .connection(connection) }
        if self.openCount < self.connectionCountMax {
            // While the server is away, one caller at a time tries.
            if let lastFailure, self.delay.isHolding(at: now) || self.openingCount > 0 {
                return .unavailable(lastFailure)
            }
            self.openCount += 1
            self.openingCount += 1
            return .connect
        }
        self.nextWait += 1
        self.announced.insert(self.nextWait)
        return .wait(id: self.nextWait)
    }

    mutating func connected() {
        self.openingCount -= 1
        self.lastFailure = nil
        self.delay.succeeded()
    }

    mutating func failedToConnect(_ error: PostgresError, at now: ContinuousClock.Instant) -> [Handover] {
        var generator = SystemRandomNumberGenerator()
        self.openCount -= 1
        self.openingCount -= 1
        self.lastFailure = error
        self.delay.failed(at: now, using: &generator)
        return self.wakeAll()
    }

    /// Hands the connection to the longest waiter.
    mutating func giveBack(_ connection: PostgresConnection, isUsable: Bool) -> [Handover] {
        guard isUsable else {
            // The idle ones were made at the same server: whoever needs one makes a new one.
            self.openCount -= 1 + self.idle.count
            self.idle.removeAll()
            return self.wakeAll()
        }
        guard !self.waiters.isEmpty else {
            self.idle.append(connection)
            return []
        }
        return [Handover(waiter: self.waiters.removeFirst().continuation, connection: connection)]
    }

    /// Begins a wait; returns the continuation when there is no reason to wait any more.
    mutating func enqueue(_ continuation: Waiter, id: Int) -> Waiter? {
        guard self.announced.remove(id) != nil, self.idle.isEmpty, self.openCount >= self.connectionCountMax
        else { return continuation }
        self.waiters.append((id, continuation))
        return nil
    }

    /// Ends a wait whose time is over; nil when it has ended already, or not begun.
    mutating func giveUp(_ id: Int) -> Waiter? {
        self.announced.remove(id)
        guard let index = self.waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return self.waiters.remove(at: index).continuation
    }

    private mutating func wakeAll() -> [Handover] {
        defer { self.waiters.removeAll() }
        return self.waiters.map { Handover(waiter: $0.continuation, connection: nil) }
    }
}
