// SPDX-License-Identifier: Apache-2.0

/// One HTTP/1.1 connection as a state machine: bytes, answers and time in; events and output bytes out.
///
/// One request at a time is with a handler; what a client pipelines behind it waits unparsed, and reading
/// stops.
struct HTTP1Connection: ConnectionMachine {
    private enum Intake {
        case head
        case body
        /// The answer is decided; the rest of the body is read and dropped.
        case discard
        /// The request is complete and waits for its answer.
        case complete
        case closed
    }

    private enum Answer {
        case none
        case awaited
        case streaming(isChunked: Bool)
        case done
    }

    private let limits: HTTPLimits
    private let deadlines: HTTPDeadlines
    private var parser: HTTP1HeadParser
    private var decoder: HTTP1BodyDecoder
    private var intake = Intake.head
    private var answer = Answer.none
    private var request = RequestTraits()
    private var stream: Int32 = 0
    private var pending: [UInt8] = []
    private var pendingIndex = 0
    private var isDraining = false
    private var bodyClock = BodyClock()

    var events: [ConnectionEvent] = []
    var output = OutputQueue()
    private(set) var ending = ConnectionEnding.open
    private(set) var deadline: LoopInstant?

    init(limits: HTTPLimits, deadlines: HTTPDeadlines, now: LoopInstant) {
        self.limits = limits
        self.deadlines = deadlines
        self.parser = HTTP1HeadParser(limits: limits)
        self.decoder = HTTP1BodyDecoder(framing: .none, limits: limits)
        self.deadline = now.advanced(by: deadlines.header)
    }

    var isReading: Bool {
        switch self.intake {
        case .head, .discard: true
        case .body: self.request.heldByteCount < self.limits.bodyBufferByteCount
        case .complete: self.pending.isEmpty
        case .closed: false
        }
    }

    /// Takes what was not parsed, for the protocol that follows an upgrade.
    mutating func takePending() -> [UInt8] {
        defer { self.pending = [] }
        return Array(self.pending[self.pendingIndex...])
    }

    // MARK: - Input

    mutating func receive(_ bytes: [UInt8], from start: Int, to end: Int, now: LoopInstant) {
        guard self.pending.isEmpty else {
            self.pending.append(contentsOf: bytes[start..<end])
            return
        }
        let index = self.advance(bytes, start, end, now)
        if index < end {
            self.pending = Array(bytes[index..<end])
            self.pendingIndex = 0
        }
    }

    /// What is not complete never will be.
    mutating func receiveEnd(now: LoopInstant) {
        switch self.intake {
        case .head, .discard: self.close(.afterFlush)
        case .body:
            self.events.append(.bodyFailure(stream: self.stream, .disconnected))
            self.events.append(.cancel(stream: self.stream))
            self.close(.now)
        case .complete:
            // It may still read the answer, but has probably gone.
            self.request.keepsAlive = false
            self.events.append(.cancel(stream: self.stream))
        case .closed: break
        }
    }

    private mutating func advance(_ bytes: [UInt8], _ start: Int, _ end: Int, _ now: LoopInstant) -> Int {
        var index = start
        do throws(ProtocolFault) {
            while index < end {
                switch self.intake {
                case .head: index = try self.readHead(bytes, index, end, now)
                case .body, .discard: index = try self.readBody(bytes, index, end, now)
                case .complete: return index
                case .closed: return end
                }
            }
        } catch {
            self.fail(error, now)
            return end
        }
        return index
    }

    private mutating func readHead(
        _ bytes: [UInt8],
        _ start: Int,
        _ end: Int,
        _ now: LoopInstant
    ) throws(ProtocolFault) -> Int {
        let hadBegun = self.parser.hasBegun
        let (next, isComplete) = try self.parser.parse(bytes, from: start, to: end)
        guard isComplete else {
            if !hadBegun, self.parser.hasBegun { self.deadline = now.advanced(by: self.deadlines.header) }
            return next
        }
        let (method, target, fields) = self.parser.take()
        let head = try HTTP1RequestHead(
            method: method,
            target: target,
            fields: fields,
            isHTTP10: self.parser.isHTTP10,
            limits: self.limits
        )
        self.begin(head, now)
        return next
    }

    private mutating func begin(_ head: HTTP1RequestHead, _ now: LoopInstant) {
        self.stream = self.stream == .max ? 1 : self.stream + 1
        self.request = RequestTraits(head, isDraining: self.isDraining)
        if let settings = head.upgradeSettings {
            self.output.append(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
            )
            self.events.append(.upgrade(head.head, settings: settings))
            self.intake = .complete
            return
        }
        self.answer = .awaited
        self.events.append(.request(stream: self.stream, head.head))
        self.decoder = HTTP1BodyDecoder(framing: head.framing, limits: self.limits)
        if self.decoder.isComplete {
            self.completeBody()
        } else {
            self.intake = .body
            self.restartBodyClock(now)
        }
    }

    private mutating func readBody(
        _ bytes: [UInt8],
        _ start: Int,
        _ end: Int,
        _ now: LoopInstant
    ) throws(ProtocolFault) -> Int {
        var piece: [UInt8] = []
        let next = try self.decoder.decode(bytes, from: start, to: end, into: &piece)
        self.request.awaitsContinue = false
        self.bodyClock.byteCount &+= next - start
        if self.deadline == nil { self.restartBodyClock(now) }
        guard case .body = self.intake else {
            if self.decoder.isComplete { self.beginNext(now) }
            return next
        }
        if !piece.isEmpty {
            self.request.heldByteCount += piece.count
            self.events.append(.body(stream: self.stream, piece))
        }
        if self.decoder.isComplete {
            self.completeBody()
        } else if !self.isReading {
            self.deadline = nil
        }
        return next
    }

    private mutating func completeBody() {
        self.events.append(.bodyEnd(stream: self.stream))
        self.intake = .complete
        self.deadline = nil
    }

    private mutating func fail(_ fault: ProtocolFault, _ now: LoopInstant) {
        self.events.append(.fault(fault))
        self.answerAndClose(.fault(fault), bodyError: .malformed)
    }

    mutating func refuse(_ answer: ServerAnswer, now: LoopInstant) {
        self.answerAndClose(answer, bodyError: .disconnected)
    }

    /// Answers for the handler, if it has not begun to, and closes.
    private mutating func answerAndClose(_ answer: ServerAnswer, bodyError: HTTPBodyError) {
        if case .body = self.intake {
            self.events.append(.bodyFailure(stream: self.stream, bodyError))
            self.events.append(.cancel(stream: self.stream))
        }
        switch self.answer {
        case .none, .awaited:
            self.request.keepsAlive = false
            let response = answer.response
            let head = HTTP1ResponseHead(response, request: self.request, date: nil)
            self.output.append(head.bytes)
            if case .bytes(let body) = response.body, head.sendsBody { self.output.append(body) }
            self.close(.afterFlush)
        case .streaming: self.close(.now)
        case .done: self.close(.afterFlush)
        }
    }

    private mutating func close(_ ending: ConnectionEnding) {
        self.intake = .closed
        self.answer = .done
        self.pending = []
        self.deadline = nil
        self.ending = max(self.ending, ending)
    }
}

// MARK: - From the handler

extension HTTP1Connection {
    /// The handler reads and finds nothing: the client that waits for a go-ahead gets it.
    mutating func bodyWanted(stream: Int32, now: LoopInstant) {
        guard stream == self.stream, self.request.awaitsContinue, case .body = self.intake else { return }
        self.request.awaitsContinue = false
        self.output.append("HTTP/1.1 100 Continue\r\n\r\n")
        self.restartBodyClock(now)
    }

    /// The handler took `byteCount` bytes of body; reading may go on.
    mutating func bodyTaken(stream: Int32, byteCount: Int, now: LoopInstant) {
        guard stream == self.stream, case .body = self.intake else { return }
        let wasReading = self.isReading
        self.request.heldByteCount = max(0, self.request.heldByteCount - byteCount)
        if !wasReading, self.isReading { self.restartBodyClock(now) }
    }

    mutating func respond(stream: Int32, _ response: HTTPResponse, date: [UInt8]?, now: LoopInstant) {
        guard stream == self.stream, case .awaited = self.answer else { return }
        self.decideAboutUnreadBody()
        let head = HTTP1ResponseHead(response, request: self.request, date: date)
        self.output.append(head.bytes)
        if case .bytes(let body) = response.body, head.sendsBody {
            if head.isChunked {
                self.output.append(HTTP1ResponseHead.chunk(body))
                self.output.append(HTTP1ResponseHead.lastChunk(response.trailers))
            } else {
                self.output.append(body)
            }
        }
        self.finishAnswer(now)
    }

    mutating func begin(stream: Int32, _ response: HTTPResponse, date: [UInt8]?, now: LoopInstant) {
        guard stream == self.stream, case .awaited = self.answer else { return }
        if case .body = self.intake { self.request.keepsAlive = false }
        let head = HTTP1ResponseHead(response, request: self.request, date: date)
        self.output.append(head.bytes)
        if head.endsWithConnection { self.request.keepsAlive = false }
        self.answer = .streaming(isChunked: head.isChunked)
    }

    mutating func write(stream: Int32, _ bytes: [UInt8], now: LoopInstant) {
        guard stream == self.stream, case .streaming(let isChunked) = self.answer, !bytes.isEmpty else {
            return
        }
        self.output.append(isChunked ? HTTP1ResponseHead.chunk(bytes) : bytes)
    }

    mutating func finish(stream: Int32, trailers: HTTPHeaders, now: LoopInstant) {
        guard stream == self.stream, case .streaming(let isChunked) = self.answer else { return }
        if isChunked { self.output.append(HTTP1ResponseHead.lastChunk(trailers)) }
        self.finishAnswer(now)
    }

    /// A streaming answer broke off: the client must not take it for whole.
    mutating func abort(stream: Int32, now: LoopInstant) {
        guard stream == self.stream, case .streaming = self.answer else { return }
        self.close(.now)
    }

    func heldByteCount(stream: Int32) -> Int { 0 }

    private mutating func decideAboutUnreadBody() {
        guard case .body = self.intake else { return }
        let remaining = self.decoder.remainingByteCount ?? .max
        if self.request.awaitsContinue || remaining > self.limits.bodyDiscardByteCountMax {
            self.request.keepsAlive = false
        } else {
            self.intake = .discard
        }
    }

    private mutating func finishAnswer(_ now: LoopInstant) {
        self.answer = .done
        guard self.request.keepsAlive else { return self.close(.afterFlush) }
        if case .complete = self.intake { self.beginNext(now) }
    }

    private mutating func beginNext(_ now: LoopInstant) {
        if self.isDraining { return self.close(.afterFlush) }
        self.intake = .head
        self.answer = .none
        self.request = RequestTraits()
        self.deadline = now.advanced(by: self.deadlines.idle)
    }

    /// Goes on with what was pipelined, after the events so far are taken.
    ///
    /// Not done inside `respond`, so that one connection cannot keep its loop for a whole buffer of requests.
    mutating func resume(now: LoopInstant) {
        guard !self.pending.isEmpty else { return }
        if case .complete = self.intake { return }
        let bytes = self.pending
        self.pending = []
        let index = self.advance(bytes, self.pendingIndex, bytes.count, now)
        guard index < bytes.count else { return }
        self.pending = bytes
        self.pendingIndex = index
    }
}

// MARK: - Time

extension HTTP1Connection {
    mutating func tick(now: LoopInstant) {
        guard let deadline = self.deadline, deadline <= now else { return }
        switch self.intake {
        case .head:
            if self.parser.hasBegun { self.events.append(.slowClient(.header)) }
            self.close(.now)
        case .body, .discard:
            // A client that waits for its go-ahead is not slow.
            guard !self.request.awaitsContinue else {
                self.deadline = nil
                return
            }
            if self.bodyClock.isFastEnough(self.deadlines) { return self.restartBodyClock(now) }
            self.events.append(.slowClient(.body))
            self.answerAndClose(.bodyTooSlow, bodyError: .tooSlow)
        case .complete, .closed: self.deadline = nil
        }
    }

    /// Idle connections close at once, others with their answer.
    mutating func drain(now: LoopInstant) {
        self.isDraining = true
        self.request.keepsAlive = false
        if case .head = self.intake, !self.parser.hasBegun { self.close(.afterFlush) }
    }

    private mutating func restartBodyClock(_ now: LoopInstant) {
        self.bodyClock = BodyClock()
        self.deadline = now.advanced(by: self.deadlines.bodyGrace)
    }
}

/// Body bytes of the current period.
struct BodyClock {
    var byteCount = 0

    /// Whether the period that just ended brought its share.
    func isFastEnough(_ deadlines: HTTPDeadlines) -> Bool {
        let milliseconds =
            LoopInstant(nanoseconds: 0).advanced(by: deadlines.bodyGrace).nanoseconds / 1_000_000
        return Int64(self.byteCount) &* 1_000 >= Int64(deadlines.bodyBytesPerSecondMin) &* milliseconds
    }
}
