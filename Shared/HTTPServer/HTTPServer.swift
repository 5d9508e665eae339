// SPDX-License-Identifier: Apache-2.0
internal import Blocking
internal import Synchronization

/// An HTTP/1.1 and HTTP/2 (cleartext) server on one port: event loops on threads of their own, one task per
/// request.
package final class HTTPServer: Sendable {
    private enum State {
        case idle
        case running(LoopContext, port: UInt16)
        case stopped
    }

    private let configuration: HTTPServerConfiguration
    private let handler: any HTTPHandler
    private let ledger: ConnectionLedger
    private let state = Mutex(State.idle)

    /// What the server has seen.
    package let counters = HTTPServerCounters()

    /// A server that does not listen yet.
    package init(configuration: HTTPServerConfiguration, handler: any HTTPHandler) {
        self.configuration = configuration
        self.handler = handler
        self.ledger = ConnectionLedger(
            countMax: configuration.connectionCountMax,
            perAddressMax: configuration.connectionCountPerAddressMax
        )
    }

    /// The port listened on; nil before `start` and after `drain`.
    package var boundPort: UInt16? {
        self.state.withLock { state in
            guard case .running(_, let port) = state else { return nil }
            return port
        }
    }

    /// Connections open now.
    package var connectionCount: Int { self.ledger.count }

    /// Requests whose handlers run now.
    package var runningRequestCount: Int {
        self.state.withLock { state in
            guard case .running(let context, _) = state else { return 0 }
            return context.runningCount.count
        }
    }

    /// Binds, starts the loops, and returns; requests come from then on.
    package func start() throws(HTTPServerError) {
        try self.state.withLock { (state) throws(HTTPServerError) in
            guard case .idle = state else { throw .alreadyStarted }
            var mailboxes: [LoopMailbox] = []
            for _ in 0..<max(1, self.configuration.loopCount) { mailboxes.append(try LoopMailbox()) }
            let context = LoopContext(
                configuration: self.configuration,
                handler: self.handler,
                ledger: self.ledger,
                counters: self.counters,
                mailboxes: mailboxes
            )
            let (listener, port) = try Socket.listen(
                host: self.configuration.host,
                port: self.configuration.port
            )
            for index in mailboxes.indices {
                try Self.startLoop(context, index: index, listener: index == 0 ? listener : nil)
            }
            state = .running(context, port: port)
        }
    }

    private static func startLoop(
        _ context: LoopContext,
        index: Int,
        listener: Int32?
    ) throws(HTTPServerError) {
        do throws(ThreadStartError) {
            try DetachedThread.start(name: "http-\(index)") {
                EventLoop(context: context, index: index, listener: listener).run()
            }
        } catch {
            // The loops that run end, and with the first of them the listener.
            for mailbox in context.mailboxes { mailbox.post(.stop) }
            if let listener { Socket.close(listener) }
            throw .resources(errno: error.errno)
        }
    }

    /// Stops accepting, lets requests under way finish for at most `grace`, then closes everything and stops
    /// the loops.
    ///
    /// HTTP/1.1 answers say `Connection: close`, HTTP/2 connections get GOAWAY.
    package func drain(grace: Duration) async {
        let taken: LoopContext? = self.state.withLock { state in
            guard case .running(let context, _) = state else { return nil }
            state = .stopped
            return context
        }
        guard let context = taken else { return }
        for mailbox in context.mailboxes { mailbox.post(.drain) }
        let deadline = ContinuousClock.now.advanced(by: grace)
        while context.ledger.count > 0 || context.runningCount.count > 0, ContinuousClock.now < deadline {
            do { try await Task.sleep(for: .milliseconds(5)) } catch { break }
        }
        for mailbox in context.mailboxes {
            mailbox.post(.closeAll)
            mailbox.post(.stop)
        }
    }
}
