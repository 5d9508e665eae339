// SPDX-License-Identifier: Apache-2.0
import HTTPServer

/// Plays driver and handler for a connection without a socket: every request is answered as soon as it is
/// complete.
struct MachineDriver {
    /// What a handler of these tests saw of a request.
    struct Seen: Equatable {
        var head: RequestHead
        var body: [UInt8] = []
        var isEnded = false
        var failure: HTTPBodyError?
        var isCancelled = false
    }

    var now = LoopInstant(nanoseconds: 1_000_000_000)
    var connection: ServerConnection
    var requests: [Int32: Seen] = [:]
    var order: [Int32] = []
    var faults: [ProtocolFault] = []
    var protocolErrors: [UInt32] = []
    var slow: [SlowPhase] = []
    var output: [UInt8] = []
    /// Answers complete requests at once; off, tests answer themselves.
    var answers = true

    init(limits: HTTPLimits = HTTPLimits(), deadlines: HTTPDeadlines = HTTPDeadlines()) {
        self.connection = ServerConnection(limits: limits, deadlines: deadlines, now: self.now)
    }

    var text: String { String(decoding: self.output, as: UTF8.self) }

    var ending: ConnectionEnding { self.connection.machine.ending }

    /// Sends `bytes` in pieces of at most `step`.
    mutating func send(_ bytes: [UInt8], step: Int = .max) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(step))
            rest = rest.dropFirst(step)
            self.connection.receive(piece, to: piece.count, now: self.now)
            self.settle()
        }
    }

    mutating func send(_ text: String, step: Int = .max) { self.send(Array(text.utf8), step: step) }

    /// Lets time pass and deadlines strike.
    mutating func advance(_ duration: Duration) {
        let end = self.now.advanced(by: duration)
        while let deadline = self.connection.machine.deadline, deadline <= end {
            self.now = deadline
            self.perform { $0.tick(now: deadline) }
            guard self.ending == .open else { break }
        }
        self.now = end
    }

    mutating func perform(_ call: (inout any ConnectionMachine) -> Void) {
        self.connection.perform(now: self.now, call)
        self.settle()
    }

    mutating func respond(_ stream: Int32, _ response: HTTPResponse) {
        let now = self.now
        self.perform { $0.respond(stream: stream, response, date: nil, now: now) }
    }

    /// Takes events and output until there are no more.
    mutating func settle() {
        repeat {
            for event in self.connection.takeEvents() { self.take(event) }
            let now = self.now
            self.connection.perform(now: now) { machine in
                while !machine.output.isEmpty {
                    machine.output.sendFirst { piece, offset in
                        self.output += piece[offset...]
                        return piece.count - offset
                    }
                }
                machine.resume(now: now)
            }
        } while self.connection.hasEvents || !self.connection.machine.output.isEmpty
    }

    private mutating func take(_ event: ConnectionEvent) {
        switch event {
        case .request(let stream, let head):
            self.requests[stream] = Seen(head: head)
            self.order.append(stream)
        case .body(let stream, let piece):
            self.requests[stream]?.body += piece
            let now = self.now
            self.connection.perform(now: now) {
                $0.bodyTaken(stream: stream, byteCount: piece.count, now: now)
            }
        case .bodyEnd(let stream):
            self.requests[stream]?.isEnded = true
            if self.answers { self.echo(stream) }
        case .bodyFailure(let stream, let failure): self.requests[stream]?.failure = failure
        case .cancel(let stream): self.requests[stream]?.isCancelled = true
        case .fault(let fault): self.faults.append(fault)
        case .protocolError(let code): self.protocolErrors.append(code)
        case .slowClient(let phase): self.slow.append(phase)
        case .upgrade: preconditionFailure("the connection keeps upgrades to itself")
        }
    }

    /// Answers with method, target and body, so that tests see what arrived.
    private mutating func echo(_ stream: Int32) {
        guard let seen = self.requests[stream] else { return }
        let text = "\(seen.head.method) \(seen.head.target) "
        let now = self.now
        self.connection.perform(now: now) {
            $0.respond(
                stream: stream,
                HTTPResponse(status: 200, body: .bytes(Array(text.utf8) + seen.body)),
                date: nil,
                now: now
            )
        }
    }
}
