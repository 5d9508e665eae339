// SPDX-License-Identifier: Apache-2.0
internal import CShims
internal import Synchronization

/// What all loops of a server share.
struct LoopContext: Sendable {
    let configuration: HTTPServerConfiguration
    let handler: any HTTPHandler
    let ledger: ConnectionLedger
    let counters: HTTPServerCounters
    /// Handlers at work, on all loops.
    let runningCount = Running()
    /// The mailboxes of all loops; the first loop accepts.
    let mailboxes: [LoopMailbox]

    final class Running: Sendable {
        private let value = Atomic<Int>(0)

        var count: Int { self.value.load(ordering: .acquiring) }

        func add(_ change: Int) { self.value.add(change, ordering: .acquiringAndReleasing) }
    }
}

/// One thread's share of the connections; everything here runs on that thread.
final class EventLoop {
    private static let listenerToken = UInt64.max - 1

    private let context: LoopContext
    private let mailbox: LoopMailbox
    private let poller: Poller
    private var wheel: TimerWheel
    private var connections: [UInt64: LoopConnection] = [:]
    private var nextToken: UInt64 = 1
    private var listener: Int32?
    private var isAccepting = false
    private var nextLoop = 0
    private var isDraining = false
    private var isStopped = false
    private var scratch = [UInt8](repeating: 0, count: 65_536)
    private var now = LoopInstant.current()
    private var date = HTTPDate()

    init(context: LoopContext, index: Int, listener: Int32?) {
        self.context = context
        self.mailbox = context.mailboxes[index]
        self.poller = Poller(self.mailbox.epoll)
        self.wheel = TimerWheel(now: self.now)
        self.listener = listener
    }

    /// Runs until told to stop.
    func run() {
        self.resumeAccepting()
        var cpu = hearth_thread_cpu_nanoseconds()
        while !self.isStopped {
            self.turn()
            let after = hearth_thread_cpu_nanoseconds()
            self.context.counters.countTurn(nanoseconds: after - cpu)
            cpu = after
        }
        for connection in Array(self.connections.values) { self.close(connection) }
        self.closeListener()
    }

    private func turn() {
        let mayWait = self.mailbox.prepareToSleep()
        var events: [Poller.Event] = []
        self.poller.wait(milliseconds: mayWait ? self.waitMilliseconds : 0) { events.append($0) }
        if mayWait { self.mailbox.rise() }
        self.now = .current()
        for event in events { self.handle(event) }
        for message in self.mailbox.take() { self.handle(message) }
        for token in self.wheel.takeDue(self.now) { self.expire(token) }
    }

    private var waitMilliseconds: Int32 {
        guard let next = self.wheel.next else { return -1 }
        let nanoseconds = next.nanoseconds &- LoopInstant.current().nanoseconds
        return nanoseconds <= 0 ? 0 : Int32(clamping: nanoseconds / 1_000_000 &+ 1)
    }

    private func handle(_ event: Poller.Event) {
        if event.token == EpollDescriptor.wakeToken { return self.mailbox.wake.drain() }
        if event.token == Self.listenerToken { return self.accept() }
        guard let connection = self.connections[event.token] else { return }
        if event.isReadable {
            connection.read(into: &self.scratch, now: self.now)
        } else if event.isBroken {
            connection.breakOff()
        }
        self.advance(connection)
    }

    /// Brings a connection to rest after anything happened to it.
    private func advance(_ connection: LoopConnection) {
        self.perform(connection)
        connection.flush(now: self.now)
        while connection.machine.hasEvents {
            self.perform(connection)
            connection.flush(now: self.now)
        }
        connection.reportProgress()
        connection.settle(now: self.now)
        guard !connection.isClosed else { return self.close(connection) }
        connection.updateInterest(at: self.poller)
        self.schedule(connection)
    }

    private func schedule(_ connection: LoopConnection) {
        guard let deadline = connection.deadline else { return }
        if let scheduled = connection.scheduledAt, scheduled <= deadline { return }
        connection.scheduledAt = self.wheel.set(connection.token, at: deadline)
    }

    private func expire(_ token: UInt64) {
        if token == Self.listenerToken { return self.resumeAccepting() }
        guard let connection = self.connections[token] else { return }
        connection.scheduledAt = nil
        if let deadline = connection.deadline, deadline <= self.now {
            if let phase = connection.expire(now: self.now) { self.context.counters.count(phase) }
            self.advance(connection)
        } else {
            self.schedule(connection)
        }
    }

    private func close(_ connection: LoopConnection) {
        guard self.connections.removeValue(forKey: connection.token) != nil else { return }
        connection.close(at: self.poller)
        if self.context.ledger.release(connection.address) { self.context.mailboxes[0].post(.acceptAgain) }
    }
}

// MARK: - Requests

extension EventLoop {
    private func perform(_ connection: LoopConnection) {
        guard connection.machine.hasEvents else { return }
        var started: [(Int32, RequestHead)] = []
        for event in connection.machine.takeEvents() {
            switch event {
            case .request(let stream, let head):
                let exchange = Exchange(
                    mailbox: self.mailbox,
                    reference: StreamReference(connection: connection.token, stream: stream),
                    responseBufferByteCount: self.context.configuration.limits.responseBufferByteCount
                )
                connection.active.append(.init(stream: stream, exchange: exchange))
                started.append((stream, head))
            case .body(let stream, let piece): connection.exchange(stream)?.deliver(piece)
            case .bodyEnd(let stream): connection.exchange(stream)?.end()
            case .bodyFailure(let stream, let failure): connection.exchange(stream)?.fail(failure)
            case .cancel(let stream): connection.cancel(stream)
            case .fault(let fault): self.context.counters.count(fault)
            case .protocolError(let code): self.context.counters.count(protocolError: code)
            case .slowClient(let phase): self.context.counters.count(phase)
            case .upgrade: break
            }
        }
        // Only now: a small body is complete before its handler asks for it.
        for (stream, head) in started { self.start(connection, stream, head) }
    }

    private func start(_ connection: LoopConnection, _ stream: Int32, _ head: RequestHead) {
        guard let index = connection.active.firstIndex(where: { $0.stream == stream }) else { return }
        let exchange = connection.active[index].exchange
        let request = HTTPRequest(head, remoteAddress: connection.remoteAddress, body: exchange)
        let handler = self.context.handler
        self.context.counters.countRequest()
        self.context.runningCount.add(1)
        let task = Task { await exchange.run(handler, request) }
        connection.active[index].task = task
        if connection.active[index].isCancelled { task.cancel() }
    }

    private func handle(_ message: LoopMessage) {
        switch message {
        case .adopt(let accepted): self.adopt(accepted)
        case .acceptAgain: self.resumeAccepting()
        case .bodyWanted(let reference):
            self.change(reference) { $0.bodyWanted(stream: reference.stream, now: self.now) }
        case .bodyTaken(let reference, let count):
            self.change(reference) { $0.bodyTaken(stream: reference.stream, byteCount: count, now: self.now) }
        case .begin(let reference, let response):
            let date = self.date.bytes
            self.change(reference) {
                $0.begin(stream: reference.stream, response, date: date, now: self.now)
            }
        case .write(let reference, let bytes):
            self.connections[reference.connection]?.countWritten(bytes.count, stream: reference.stream)
            self.change(reference) { $0.write(stream: reference.stream, bytes, now: self.now) }
        case .respond(let reference, let response):
            let date = self.date.bytes
            self.end(reference) { $0.respond(stream: reference.stream, response, date: date, now: self.now) }
        case .finish(let reference, let trailers):
            self.end(reference) { $0.finish(stream: reference.stream, trailers: trailers, now: self.now) }
        case .abort(let reference):
            self.end(reference) { $0.abort(stream: reference.stream, now: self.now) }
        case .drain: self.drain()
        case .closeAll: for connection in Array(self.connections.values) { self.close(connection) }
        case .stop: self.isStopped = true
        }
    }

    private func change(_ reference: StreamReference, _ call: (inout any ConnectionMachine) -> Void) {
        guard let connection = self.connections[reference.connection] else { return }
        connection.machine.perform(now: self.now, call)
        self.advance(connection)
    }

    /// The handler is through.
    private func end(_ reference: StreamReference, _ call: (inout any ConnectionMachine) -> Void) {
        self.context.runningCount.add(-1)
        self.connections[reference.connection]?.active.removeAll { $0.stream == reference.stream }
        self.change(reference) { machine in
            call(&machine)
            machine.resume(now: self.now)
        }
    }
}

// MARK: - Accepting

extension EventLoop {
    private func accept() {
        guard let listener = self.listener else { return }
        for _ in 0..<64 {
            if self.context.ledger.pausesAccepting() { return self.pauseAccepting() }
            let (result, address, port) = Socket.accept(listener)
            switch result {
            case .done(let descriptor): self.place(Int32(descriptor), address, port)
            case .wouldBlock: return
            case .failed:
                // Out of descriptors, or the client was gone already: look again a little later.
                self.pauseAccepting()
                self.wheel.set(Self.listenerToken, at: self.now.advanced(by: .milliseconds(50)))
                return
            }
        }
    }

    private func place(_ descriptor: Int32, _ address: PeerAddress, _ port: UInt16) {
        self.context.counters.countAccepted()
        let admission = self.context.ledger.admit(address)
        if admission != .admitted { self.context.counters.countRefused() }
        guard admission != .dropped else { return Socket.close(descriptor) }
        let accepted = AcceptedConnection(
            descriptor: descriptor,
            address: address,
            port: port,
            isRefused: admission == .refused
        )
        let loop = self.nextLoop
        self.nextLoop = (loop + 1) % self.context.mailboxes.count
        if self.context.mailboxes[loop] === self.mailbox {
            self.adopt(accepted)
        } else {
            self.context.mailboxes[loop].post(.adopt(accepted))
        }
    }

    private func adopt(_ accepted: AcceptedConnection) {
        let connection = LoopConnection(
            token: self.nextToken,
            accepted: accepted,
            configuration: self.context.configuration,
            now: self.now
        )
        self.nextToken += 1
        self.connections[connection.token] = connection
        guard connection.register(at: self.poller) else { return self.close(connection) }
        if accepted.isRefused {
            connection.machine.perform(now: self.now) { $0.refuse(.tooManyConnections, now: self.now) }
        } else if self.isDraining {
            connection.machine.perform(now: self.now) { $0.refuse(.draining, now: self.now) }
        }
        self.advance(connection)
    }

    private func resumeAccepting() {
        guard let listener = self.listener, !self.isAccepting, !self.isDraining else { return }
        self.isAccepting = self.poller.add(
            listener,
            token: Self.listenerToken,
            interest: Poller.readable
        )
    }

    private func pauseAccepting() {
        guard let listener = self.listener, self.isAccepting else { return }
        self.poller.remove(listener)
        self.isAccepting = false
    }

    private func closeListener() {
        self.pauseAccepting()
        if let listener = self.listener { Socket.close(listener) }
        self.listener = nil
    }

    private func drain() {
        self.isDraining = true
        self.closeListener()
        for connection in Array(self.connections.values) {
            connection.machine.perform(now: self.now) { $0.drain(now: self.now) }
            self.advance(connection)
        }
    }
}
