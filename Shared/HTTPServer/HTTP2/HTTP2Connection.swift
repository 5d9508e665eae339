// SPDX-License-Identifier: Apache-2.0

/// One HTTP/2 connection: libnghttp2 keeps the protocol, this keeps the requests, their flow control and
/// deadlines.
struct HTTP2Connection: ConnectionMachine {
    /// Codes of RFC 9113 section 7 that we send.
    enum Code {
        static let none: UInt32 = 0
        static let protocolError: UInt32 = 1
        static let cancel: UInt32 = 8
        static let enhanceYourCalm: UInt32 = 11
    }

    /// Bytes joined before they are offered to the socket.
    private static let outputByteCountMax = 65_536
    /// Bytes sent after an upgrade before the client has spoken HTTP/2: what follows 101 must fit into the
    /// 32 KiB buffer of curl, and one frame of 16 KiB may come on top.
    private static let earlyByteCountMax = 1_024

    let limits: HTTPLimits
    let deadlines: HTTPDeadlines
    let session: HTTP2Session
    var streams: [Int32: HTTP2Stream] = [:]
    /// Body bytes with handlers, over all streams.
    var heldByteCount = 0
    private var isDraining = false
    /// Bytes that may still be sent before the client's settings; nil once they are here.
    private var earlyByteCount: Int?
    var headerBegan: LoopInstant?
    private var controlPeriodEnds: LoopInstant

    var events: [ConnectionEvent] = []
    var output = OutputQueue()
    private(set) var ending = ConnectionEnding.open
    /// When a connection without streams closes, and when one with streams looks at them.
    private var idleEnds: LoopInstant
    var nextCheck: LoopInstant

    init(limits: HTTPLimits, deadlines: HTTPDeadlines, now: LoopInstant) {
        self.limits = limits
        self.deadlines = deadlines
        self.session = HTTP2Session(limits: limits)
        self.controlPeriodEnds = now.advanced(by: .seconds(1))
        self.idleEnds = now.advanced(by: deadlines.header)
        self.nextCheck = now
        self.fill(now)
    }

    var deadline: LoopInstant? {
        guard self.ending == .open else { return nil }
        let regular = self.streams.isEmpty ? self.idleEnds : self.nextCheck
        return self.headerBegan.map { min(regular, $0.advanced(by: self.deadlines.header)) } ?? regular
    }

    /// What a client sends is bounded by its windows, so reading never stops; only the end of the connection
    /// does it.
    var isReading: Bool { self.ending == .open }

    /// Takes over from HTTP/1.1, with its request as stream 1.
    mutating func upgrade(_ head: RequestHead, settings: [UInt8], now: LoopInstant) {
        guard self.session.upgrade(settings: settings, isHead: head.method == "HEAD") else {
            return self.terminate(Code.protocolError, now)
        }
        // The library reports the settings of the header as a frame; the client's own are still to come.
        self.session.frames = []
        self.earlyByteCount = Self.earlyByteCountMax
        var head = head
        head.version = .http2
        self.begin(1, head, endsStream: true, now)
        self.fill(now)
    }

    // MARK: - Input

    mutating func receive(_ bytes: [UInt8], from start: Int, to end: Int, now: LoopInstant) {
        guard self.ending == .open else { return }
        if now >= self.controlPeriodEnds {
            self.session.controlFrameCount = 0
            self.controlPeriodEnds = now.advanced(by: .seconds(1))
        }
        do throws(HTTP2Session.Failure) {
            try self.session.receive(bytes, from: start, to: end)
        } catch {
            self.takeFrames(now)
            return self.terminate(error == .flooded ? Code.enhanceYourCalm : Code.protocolError, now)
        }
        self.headerBegan = self.session.isInsideHeader ? self.headerBegan ?? now : nil
        self.takeFrames(now)
        if self.session.controlFrameCount > self.limits.controlFramesPerSecondMax {
            return self.terminate(Code.enhanceYourCalm, now)
        }
        self.fill(now)
    }

    mutating func receiveEnd(now: LoopInstant) {
        self.abandonStreams()
        self.close(.now)
    }

    private mutating func takeFrames(_ now: LoopInstant) {
        guard !self.session.frames.isEmpty else { return }
        let frames = self.session.frames
        self.session.frames = []
        for frame in frames {
            switch frame {
            case .head(let stream, let block, let endsStream): self.take(stream, block, endsStream, now)
            case .body(let stream, let piece): self.take(stream, piece)
            case .bodyEnd(let stream):
                guard self.streams[stream] != nil else { continue }
                self.streams[stream]?.isBodyComplete = true
                self.events.append(.bodyEnd(stream: stream))
            case .sentEnd(let stream):
                // The rest of the body is of no use to anybody (RFC 9113 8.1).
                if let state = self.streams[stream], !state.isBodyComplete {
                    self.session.reset(stream: stream, code: Code.none)
                }
            case .closed(let stream, _): self.forget(stream, now)
            case .sentGoAway(let code):
                if code != Code.none { self.events.append(.protocolError(code: code)) }
            case .settings:
                self.earlyByteCount = nil
                if self.streams.isEmpty { self.restartIdle(now) }
            }
        }
    }

    private mutating func take(
        _ stream: Int32,
        _ block: HTTP2HeaderBlock,
        _ endsStream: Bool,
        _ now: LoopInstant
    ) {
        do throws(ProtocolFault) {
            let head = try block.head(limits: self.limits, endsStream: endsStream)
            self.begin(stream, head, endsStream: endsStream, now)
        } catch {
            self.events.append(.fault(error))
            self.streams[stream] = HTTP2Stream(isHead: block.method == "HEAD", isBodyComplete: endsStream)
            self.respond(stream: stream, ServerAnswer.fault(error).response, date: nil, now: now)
        }
    }

    private mutating func begin(_ stream: Int32, _ head: RequestHead, endsStream: Bool, _ now: LoopInstant) {
        var state = HTTP2Stream(isHead: head.method == "HEAD", isBodyComplete: endsStream)
        state.awaitsContinue = head.expectsContinue
        if self.streams.isEmpty { self.nextCheck = now.advanced(by: self.checkPeriod) }
        self.streams[stream] = state
        self.events.append(.request(stream: stream, head))
        if endsStream { self.events.append(.bodyEnd(stream: stream)) }
    }

    private mutating func take(_ stream: Int32, _ piece: [UInt8]) {
        guard self.streams[stream]?.answer == .awaited || self.streams[stream]?.answer == .streaming else {
            // Answered already, or gone: nobody will read it.
            return self.session.consume(stream: stream, byteCount: piece.count)
        }
        self.heldByteCount += piece.count
        self.streams[stream]?.heldByteCount += piece.count
        self.streams[stream]?.clock.byteCount += piece.count
        self.streams[stream]?.awaitsContinue = false
        self.events.append(.body(stream: stream, piece))
    }

    private mutating func forget(_ stream: Int32, _ now: LoopInstant) {
        guard let state = self.streams.removeValue(forKey: stream) else { return }
        if state.heldByteCount > 0 {
            self.heldByteCount -= state.heldByteCount
            self.session.consumeConnection(byteCount: state.heldByteCount)
        }
        if state.answer != .done {
            if !state.isBodyComplete { self.events.append(.bodyFailure(stream: stream, .disconnected)) }
            self.events.append(.cancel(stream: stream))
        }
        if self.streams.isEmpty { self.restartIdle(now) }
    }

    private mutating func restartIdle(_ now: LoopInstant) {
        self.idleEnds = now.advanced(by: self.deadlines.idle)
    }

    // MARK: - Output

    /// Moves what the session has for the client into `output`, as far as there is room.
    mutating func fill(_ now: LoopInstant) {
        while self.output.byteCount < Self.outputByteCountMax, self.earlyByteCount ?? 1 > 0 {
            let piece = self.session.send()
            guard !piece.isEmpty else { break }
            if let early = self.earlyByteCount { self.earlyByteCount = early - piece.count }
            self.output.append(piece)
        }
        self.takeFrames(now)
        if self.ending == .open, self.session.isOver { self.close(.afterFlush) }
    }

    /// Ends the connection with an error; handlers at work are told.
    mutating func terminate(_ code: UInt32, _ now: LoopInstant) {
        self.earlyByteCount = nil
        self.session.terminate(code: code)
        self.fill(now)
        self.abandonStreams()
        self.close(.afterFlush)
    }

    private mutating func abandonStreams() {
        for (stream, state) in self.streams where state.answer != .done {
            if !state.isBodyComplete { self.events.append(.bodyFailure(stream: stream, .disconnected)) }
            self.events.append(.cancel(stream: stream))
        }
        self.streams = [:]
    }

    private mutating func close(_ ending: ConnectionEnding) {
        self.ending = max(self.ending, ending)
    }

    mutating func resume(now: LoopInstant) { self.fill(now) }

    mutating func refuse(_ answer: ServerAnswer, now: LoopInstant) {
        // Only a connection that has asked nothing yet is refused; GOAWAY says it all.
        self.terminate(Code.none, now)
    }

    mutating func drain(now: LoopInstant) {
        guard !self.isDraining, self.ending == .open else { return }
        self.isDraining = true
        self.session.submitGoAway()
        self.fill(now)
        if self.streams.isEmpty { self.close(.afterFlush) }
    }

    /// Closes a draining connection whose last stream is through.
    mutating func finishDraining() {
        if self.isDraining, self.streams.isEmpty { self.close(.afterFlush) }
    }
}

/// A request on its way through an HTTP/2 connection.
struct HTTP2Stream {
    enum Answer {
        case awaited
        case streaming
        case done
    }

    var isHead: Bool
    var isBodyComplete: Bool
    var awaitsContinue = false
    var answer = Answer.awaited
    /// Body bytes with the handler, not yet given back to the client's window.
    var heldByteCount = 0
    /// Body bytes of the current period.
    var clock = BodyClock()
    /// Opened within the current period: not judged yet.
    var isFresh = true
    /// Answer bytes at the last look, and since when they have not become fewer.
    var backlogByteCount = 0
    var stalledSince: LoopInstant?
}
