// SPDX-License-Identifier: Apache-2.0

/// A socket and its state machine, on their loop.
final class LoopConnection {
    /// A request whose handler may still run.
    struct Active {
        var stream: Int32
        var exchange: Exchange
        var task: Task<Void, Never>?
        /// Bytes of a streaming answer that came from the handler.
        var writtenByteCount = 0
        var isCancelled = false
    }

    /// Output above this is not added to while the client does not read.
    static let outputByteCountMax = 65_536

    let token: UInt64
    let address: PeerAddress
    let remoteAddress: String
    var machine: ServerConnection
    var active: [Active] = []
    /// When the timer wheel will name this connection next.
    var scheduledAt: LoopInstant?

    private let descriptor: Int32
    private let deadlines: HTTPDeadlines
    private(set) var interest = Poller.readable
    private(set) var hasSeenEnd = false
    private(set) var isLingering = false
    private(set) var isClosed = false
    private var writeDeadline: LoopInstant?
    private var lingerDeadline: LoopInstant?

    init(
        token: UInt64,
        accepted: AcceptedConnection,
        configuration: HTTPServerConfiguration,
        now: LoopInstant
    ) {
        self.token = token
        self.address = accepted.address
        self.remoteAddress = "\(accepted.address.text):\(accepted.port)"
        self.descriptor = accepted.descriptor
        self.deadlines = configuration.deadlines
        self.machine = ServerConnection(
            limits: configuration.limits,
            deadlines: configuration.deadlines,
            now: now
        )
    }

    /// When the loop must look at this connection, whatever happens.
    var deadline: LoopInstant? {
        [self.machine.machine.deadline, self.writeDeadline, self.lingerDeadline].compactMap(\.self).min()
    }

    func register(at poller: Poller) -> Bool {
        poller.add(self.descriptor, token: self.token, interest: self.interest)
    }

    /// Reads once, at most a buffer's worth: other connections want their turn.
    func read(into scratch: inout [UInt8], now: LoopInstant) {
        switch Socket.receive(self.descriptor, into: &scratch) {
        case .done(0):
            self.hasSeenEnd = true
            if !self.isLingering { self.machine.receiveEnd(now: now) }
        case .done(let count):
            if !self.isLingering { self.machine.receive(scratch, to: count, now: now) }
        case .wouldBlock: break
        case .failed: self.isClosed = true
        }
    }

    /// Sends what there is, as far as the client takes it, then decides how to go on.
    func flush(now: LoopInstant) {
        var hasMoved = false
        var isBlocked = false
        while !self.isClosed, !isBlocked, !self.machine.machine.output.isEmpty {
            self.machine.perform(now: now) { machine in
                let more = machine.output.hasFurtherPieces
                machine.output.sendFirst { piece, offset in
                    switch Socket.send(self.descriptor, piece, from: offset, more: more) {
                    case .done(let count):
                        hasMoved = true
                        return count
                    case .wouldBlock: isBlocked = true
                    case .failed: self.isClosed = true
                    }
                    return 0
                }
                if machine.output.isEmpty { machine.resume(now: now) }
            }
        }
        if self.machine.machine.output.isEmpty {
            self.writeDeadline = nil
        } else if hasMoved || self.writeDeadline == nil {
            self.writeDeadline = now.advanced(by: self.deadlines.writeStall)
        }
    }

    /// What follows from the machine's ending once the output is gone.
    func settle(now: LoopInstant) {
        switch self.machine.machine.ending {
        case .open: break
        case .now: self.isClosed = true
        case .afterFlush where self.machine.machine.output.isEmpty && !self.isLingering:
            if self.hasSeenEnd {
                self.isClosed = true
            } else {
                // Closing with unread input would destroy the answer on its way (RFC 9112 9.6).
                Socket.shutdownWrite(self.descriptor)
                self.isLingering = true
                self.lingerDeadline = now.advanced(by: self.deadlines.linger)
            }
        case .afterFlush: if self.isLingering, self.hasSeenEnd { self.isClosed = true }
        }
    }

    /// Tells the poller what this connection waits for.
    func updateInterest(at poller: Poller) {
        var interest: UInt32 = 0
        if !self.hasSeenEnd, self.isLingering || self.machine.machine.isReading {
            interest |= Poller.readable
        }
        if !self.machine.machine.output.isEmpty { interest |= Poller.writable }
        guard interest != self.interest else { return }
        self.interest = interest
        poller.change(self.descriptor, token: self.token, interest: interest)
    }

    /// Handlers of streaming answers learn how far their bytes have come.
    func reportProgress() {
        for request in self.active where request.writtenByteCount > 0 {
            let held = self.machine.machine.heldByteCount(stream: request.stream)
            let waiting = held + self.machine.machine.output.byteCount
            request.exchange.sent(byteCount: request.writtenByteCount - waiting)
        }
    }

    /// Deadlines that passed; answers what the client was slow with, if it was.
    func expire(now: LoopInstant) -> SlowPhase? {
        if let deadline = self.lingerDeadline, deadline <= now { self.isClosed = true }
        if let deadline = self.writeDeadline, deadline <= now {
            self.isClosed = true
            return .write
        }
        self.machine.perform(now: now) { $0.tick(now: now) }
        return nil
    }

    func breakOff() { self.isClosed = true }

    /// Closes the socket and cancels what still runs for it.
    func close(at poller: Poller) {
        poller.remove(self.descriptor)
        Socket.close(self.descriptor)
        for request in self.active {
            request.exchange.fail(.disconnected)
            request.exchange.closeWriting()
            request.task?.cancel()
        }
        self.active = []
    }
}

// MARK: - Requests

extension LoopConnection {
    func exchange(_ stream: Int32) -> Exchange? {
        self.active.first { $0.stream == stream }?.exchange
    }

    /// The client went away: the handler may stop.
    func cancel(_ stream: Int32) {
        guard let index = self.active.firstIndex(where: { $0.stream == stream }) else { return }
        self.active[index].isCancelled = true
        self.active[index].exchange.closeWriting()
        self.active[index].task?.cancel()
    }

    func countWritten(_ byteCount: Int, stream: Int32) {
        guard let index = self.active.firstIndex(where: { $0.stream == stream }) else { return }
        self.active[index].writtenByteCount &+= byteCount
    }
}
