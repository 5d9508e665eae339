// SPDX-License-Identifier: Apache-2.0

// From the handlers.
extension HTTP2Connection {
    mutating func bodyWanted(stream: Int32, now: LoopInstant) {
        guard self.streams[stream]?.awaitsContinue == true, self.streams[stream]?.answer == .awaited else {
            return
        }
        self.streams[stream]?.awaitsContinue = false
        self.streams[stream]?.isFresh = true
        self.session.submitContinue(stream: stream)
        self.fill(now)
    }

    mutating func bodyTaken(stream: Int32, byteCount: Int, now: LoopInstant) {
        guard let held = self.streams[stream]?.heldByteCount else { return }
        let taken = min(held, byteCount)
        self.heldByteCount -= taken
        self.streams[stream]?.heldByteCount -= taken
        self.session.consume(stream: stream, byteCount: taken)
        self.fill(now)
    }

    mutating func respond(stream: Int32, _ response: HTTPResponse, date: [UInt8]?, now: LoopInstant) {
        guard let state = self.streams[stream], state.answer == .awaited else { return }
        var bytes: [UInt8] = []
        if case .bytes(let body) = response.body { bytes = body }
        var fields = Self.fields(response, date: date)
        if response.status != 204, response.status != 304 {
            fields.append("content-length", String(bytes.count))
        }
        if state.isHead || response.status == 204 || response.status == 304 { bytes = [] }
        // gRPC calls an answer without message "trailers-only": one header block with all of it.
        if bytes.isEmpty, response.headers["content-type"]?.hasPrefix("application/grpc") == true {
            fields = Self.fields(response, date: date)
            fields.append(response.trailers)
            self.session.respond(stream: stream, fields, body: nil)
        } else if bytes.isEmpty, response.trailers.isEmpty || state.isHead {
            self.session.respond(stream: stream, fields, body: nil)
        } else {
            let trailers = HTTP2FieldList(response.trailers)
            let body = HTTP2OutgoingBody(bytes, isComplete: true, trailers: trailers)
            self.session.respond(stream: stream, fields, body: body)
        }
        self.finishAnswer(stream, now)
    }

    mutating func begin(stream: Int32, _ response: HTTPResponse, date: [UInt8]?, now: LoopInstant) {
        guard let state = self.streams[stream], state.answer == .awaited else { return }
        let fields = Self.fields(response, date: date)
        if state.isHead {
            self.session.respond(stream: stream, fields, body: nil)
            return self.finishAnswer(stream, now)
        }
        self.streams[stream]?.answer = .streaming
        let trailers = HTTP2FieldList(response.trailers)
        let body = HTTP2OutgoingBody([], isComplete: false, trailers: trailers)
        self.session.respond(stream: stream, fields, body: body)
        self.fill(now)
    }

    mutating func write(stream: Int32, _ bytes: [UInt8], now: LoopInstant) {
        guard self.streams[stream]?.answer == .streaming else { return }
        self.session.bodies[stream]?.append(bytes)
        self.session.resumeBody(stream: stream)
        self.fill(now)
    }

    mutating func finish(stream: Int32, trailers: HTTPHeaders, now: LoopInstant) {
        guard self.streams[stream]?.answer == .streaming else { return }
        self.session.bodies[stream]?.trailers = HTTP2FieldList(trailers)
        self.session.bodies[stream]?.isComplete = true
        self.session.resumeBody(stream: stream)
        self.finishAnswer(stream, now)
    }

    mutating func abort(stream: Int32, now: LoopInstant) {
        guard self.streams[stream]?.answer == .streaming else { return }
        self.streams[stream]?.answer = .done
        self.session.reset(stream: stream, code: 2)
        self.fill(now)
    }

    func heldByteCount(stream: Int32) -> Int { self.session.bodies[stream]?.byteCount ?? 0 }

    private mutating func finishAnswer(_ stream: Int32, _ now: LoopInstant) {
        self.streams[stream]?.answer = .done
        self.releaseHeldBody(stream)
        self.fill(now)
        self.finishDraining()
    }

    /// The handler is through: what it has not read, it will not.
    private mutating func releaseHeldBody(_ stream: Int32) {
        guard let held = self.streams[stream]?.heldByteCount, held > 0 else { return }
        self.heldByteCount -= held
        self.streams[stream]?.heldByteCount = 0
        self.session.consume(stream: stream, byteCount: held)
    }

    private static func fields(_ response: HTTPResponse, date: [UInt8]?) -> HTTP2FieldList {
        let status = (200...599).contains(response.status) ? response.status : 500
        var fields = HTTP2FieldList()
        fields.append(":status", String(status))
        fields.append(response.headers)
        if let date { fields.append("date", String(decoding: date, as: UTF8.self)) }
        return fields
    }
}

// Time.
extension HTTP2Connection {
    /// How often streams are looked at while there are any.
    var checkPeriod: Duration { min(self.deadlines.bodyGrace, self.deadlines.writeStall) }

    mutating func tick(now: LoopInstant) {
        guard let deadline = self.deadline, deadline <= now else { return }
        if let began = self.headerBegan, began.advanced(by: self.deadlines.header) <= now {
            self.events.append(.slowClient(.header))
            return self.terminate(Code.none, now)
        }
        // Nothing asked for too long.
        guard !self.streams.isEmpty else { return self.terminate(Code.none, now) }
        self.nextCheck = now.advanced(by: self.checkPeriod)
        for stream in Array(self.streams.keys) {
            self.checkBody(stream, now)
            self.checkAnswer(stream, now)
        }
        self.fill(now)
    }

    private mutating func checkBody(_ stream: Int32, _ now: LoopInstant) {
        guard let state = self.streams[stream] else { return }
        self.streams[stream]?.clock = BodyClock()
        self.streams[stream]?.isFresh = false
        // A client is not slow while it waits for us: for a go-ahead, for a slow handler, for room in its
        // windows.
        let waitsForUs =
            state.isBodyComplete || state.isFresh || state.awaitsContinue || state.heldByteCount > 0
            || self.heldByteCount * 2 > self.session.connectionWindowByteCount
        guard !waitsForUs, state.answer != .done, !state.clock.isFastEnough(self.deadlines) else { return }
        self.events.append(.slowClient(.body))
        self.events.append(.bodyFailure(stream: stream, .tooSlow))
        self.events.append(.cancel(stream: stream))
        if state.answer == .awaited {
            self.respond(stream: stream, ServerAnswer.bodyTooSlow.response, date: nil, now: now)
        } else {
            self.streams[stream]?.answer = .done
            self.session.reset(stream: stream, code: Code.cancel)
        }
    }

    private mutating func checkAnswer(_ stream: Int32, _ now: LoopInstant) {
        guard let state = self.streams[stream] else { return }
        let backlog = self.heldByteCount(stream: stream)
        guard backlog > 0, backlog == state.backlogByteCount, self.output.isEmpty else {
            self.streams[stream]?.backlogByteCount = backlog
            self.streams[stream]?.stalledSince = backlog > 0 ? now : nil
            return
        }
        let since = state.stalledSince ?? now
        self.streams[stream]?.stalledSince = since
        guard since.advanced(by: self.deadlines.writeStall) <= now else { return }
        self.events.append(.slowClient(.write))
        self.events.append(.cancel(stream: stream))
        self.streams[stream]?.answer = .done
        self.session.reset(stream: stream, code: Code.cancel)
    }
}
