// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Names a request on a loop; a connection's id is never used twice.
struct StreamReference: Hashable, Sendable {
    var connection: UInt64
    var stream: Int32
}

/// What other threads ask of a loop.
enum LoopMessage: Sendable {
    case adopt(AcceptedConnection)
    /// A connection was released while accepting paused.
    case acceptAgain
    case bodyWanted(StreamReference)
    case bodyTaken(StreamReference, byteCount: Int)
    case begin(StreamReference, HTTPResponse)
    case write(StreamReference, [UInt8])
    /// The three ends of a handler; exactly one arrives for each request.
    case respond(StreamReference, HTTPResponse)
    case finish(StreamReference, trailers: HTTPHeaders)
    case abort(StreamReference)
    case drain
    case closeAll
    case stop
}

/// A socket on its way from the accepting loop to its own.
struct AcceptedConnection: Sendable {
    var descriptor: Int32
    var address: PeerAddress
    var port: UInt16
    /// Its address has too many already: it gets 503.
    var isRefused: Bool
}

/// The way into a loop from any thread: one lock, and a wake-up only when the loop sleeps.
final class LoopMailbox: Sendable {
    private struct State {
        var messages: [LoopMessage] = []
        var isAsleep = false
    }

    private let state = Mutex(State())
    let wake: WakeDescriptor
    /// Where the loop waits, for messages too.
    let epoll: EpollDescriptor

    init() throws(HTTPServerError) {
        self.wake = try WakeDescriptor()
        self.epoll = try EpollDescriptor(wake: self.wake)
    }

    func post(_ message: LoopMessage) {
        let mustWake = self.state.withLock { state in
            state.messages.append(message)
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if mustWake { self.wake.signal() }
    }

    /// Everything posted so far; called by the loop.
    func take() -> [LoopMessage] {
        self.state.withLock { state in
            guard !state.messages.isEmpty else { return [] }
            let messages = state.messages
            state.messages = []
            return messages
        }
    }

    /// Whether the loop may wait: from here on, posting wakes it.
    func prepareToSleep() -> Bool {
        self.state.withLock { state in
            state.isAsleep = state.messages.isEmpty
            return state.isAsleep
        }
    }

    /// The loop is awake by itself; posting need not wake it.
    func rise() { self.state.withLock { $0.isAsleep = false } }
}
