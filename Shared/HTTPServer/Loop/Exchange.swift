// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// One request between its loop and its handler's task: the body going in and the answer coming out, both
/// bounded.
final class Exchange: HTTPBodySource, HTTPBodySink, Sendable {
    private struct State {
        var pieces: [[UInt8]] = []
        var nextPiece = 0
        var isEnded = false
        var failure: HTTPBodyError?
        var hasAskedForBody = false
        var untoldByteCount = 0
        var reader: CheckedContinuation<Void, Never>?
        var isReadCancelled = false
        /// Response bytes handed to the loop, and of those, the ones on the wire.
        var postedByteCount = 0
        var sentByteCount = 0
        var writer: CheckedContinuation<Void, Never>?
        var isWriteCancelled = false
    }

    /// Taken bytes are told to the loop in such lots.
    private static let toldByteCount = 16_384

    private let mailbox: LoopMailbox
    private let reference: StreamReference
    private let responseBufferByteCount: Int
    private let state = Mutex(State())

    init(mailbox: LoopMailbox, reference: StreamReference, responseBufferByteCount: Int) {
        self.mailbox = mailbox
        self.reference = reference
        self.responseBufferByteCount = responseBufferByteCount
    }

    /// Runs the handler and hands its answer to the loop; the body of the request's one task.
    func run(_ handler: any HTTPHandler, _ request: HTTPRequest) async {
        let response = await handler.respond(to: request)
        guard case .stream(let produce) = response.body else {
            return self.mailbox.post(.respond(self.reference, response))
        }
        self.mailbox.post(.begin(self.reference, response))
        do {
            if request.method != "HEAD" { try await produce(self) }
            self.mailbox.post(.finish(self.reference, trailers: response.trailers))
        } catch {
            self.mailbox.post(.abort(self.reference))
        }
    }
}

// MARK: - Body

extension Exchange {
    private enum Step {
        case piece([UInt8], told: Int)
        case end
        case failure(HTTPBodyError)
        case wait(ask: Bool)
    }

    func next() async throws(HTTPBodyError) -> [UInt8]? {
        while true {
            switch self.state.withLock({ Self.step(&$0) }) {
            case .piece(let piece, let told):
                if told > 0 { self.mailbox.post(.bodyTaken(self.reference, byteCount: told)) }
                return piece
            case .end: return nil
            case .failure(let failure): throw failure
            case .wait(let ask):
                if ask { self.mailbox.post(.bodyWanted(self.reference)) }
                await self.waitForBody()
            }
        }
    }

    private static func step(_ state: inout State) -> Step {
        if let failure = state.failure { return .failure(failure) }
        if state.nextPiece < state.pieces.count {
            let piece = state.pieces[state.nextPiece]
            state.pieces[state.nextPiece] = []
            state.nextPiece += 1
            if state.nextPiece == state.pieces.count {
                state.pieces.removeAll(keepingCapacity: true)
                state.nextPiece = 0
            }
            state.untoldByteCount += piece.count
            let told = state.untoldByteCount >= Self.toldByteCount ? state.untoldByteCount : 0
            if told > 0 { state.untoldByteCount = 0 }
            return .piece(piece, told: told)
        }
        if state.isEnded { return .end }
        if state.isReadCancelled { return .failure(.disconnected) }
        defer { state.hasAskedForBody = true }
        return .wait(ask: !state.hasAskedForBody)
    }

    private func waitForBody() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mayGoOn = self.state.withLock { state in
                    let hasNews = state.nextPiece < state.pieces.count || state.isEnded
                    if hasNews || state.failure != nil || state.isReadCancelled { return true }
                    state.reader = continuation
                    return false
                }
                if mayGoOn { continuation.resume() }
            }
        } onCancel: {
            self.wakeReader { $0.isReadCancelled = true }
        }
    }

    private func wakeReader(_ change: (inout State) -> Void) {
        let reader = self.state.withLock { state in
            change(&state)
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }

    /// From the loop: a piece of the body.
    func deliver(_ piece: [UInt8]) { self.wakeReader { $0.pieces.append(piece) } }

    /// From the loop: the body is complete.
    func end() { self.wakeReader { $0.isEnded = true } }

    /// From the loop: the body will not be completed.
    func fail(_ error: HTTPBodyError) {
        self.wakeReader { state in
            // The first reason is the true one; closing the connection follows from it.
            guard !state.isEnded, state.failure == nil else { return }
            state.failure = error
            state.pieces = []
            state.nextPiece = 0
        }
    }
}

// MARK: - Answer

extension Exchange {
    func write(_ bytes: [UInt8]) async throws(HTTPBodyError) {
        guard !bytes.isEmpty else { return }
        let isOpen = self.state.withLock { state in
            state.postedByteCount &+= bytes.count
            return !state.isWriteCancelled
        }
        guard isOpen else { throw .disconnected }
        self.mailbox.post(.write(self.reference, bytes))
        await self.waitForRoom()
        guard self.state.withLock({ !$0.isWriteCancelled }) else { throw .disconnected }
    }

    private func waitForRoom() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mayGoOn = self.state.withLock { state in
                    if state.isWriteCancelled || self.hasRoom(state) { return true }
                    state.writer = continuation
                    return false
                }
                if mayGoOn { continuation.resume() }
            }
        } onCancel: {
            self.wakeWriter { $0.isWriteCancelled = true }
        }
    }

    private func hasRoom(_ state: borrowing State) -> Bool {
        state.postedByteCount &- state.sentByteCount <= self.responseBufferByteCount
    }

    private func wakeWriter(_ change: (inout State) -> Void) {
        let writer: CheckedContinuation<Void, Never>? = self.state.withLock { state in
            change(&state)
            guard state.isWriteCancelled || self.hasRoom(state) else { return nil }
            defer { state.writer = nil }
            return state.writer
        }
        writer?.resume()
    }

    /// From the loop: so many response bytes have left it, in all.
    func sent(byteCount: Int) { self.wakeWriter { $0.sentByteCount = byteCount } }

    /// From the loop: nobody reads the answer any more.
    func closeWriting() { self.wakeWriter { $0.isWriteCancelled = true } }
}
