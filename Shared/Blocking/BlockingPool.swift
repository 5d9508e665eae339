// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Why a pool did not run a piece of work.
package enum BlockingPoolError: Error, Equatable {
    /// As many pieces wait as the pool allows.
    case queueFull(limit: Int)
    /// The pool was stopped.
    case stopped
}

/// A fixed number of threads for calls that block, with a bounded queue before them.
///
/// Any task may call `run`. Work starts in order of arrival; what is still queued when its task is cancelled
/// never starts, what has started runs to its end. Dropping the pool ends its threads once the queue is
/// empty.
package final class BlockingPool: Sendable {
    private let queue: WorkQueue

    /// Starts the threads; the kernel keeps the first 15 bytes of `name`.
    package init(name: String, threadCount: Int, queueLimit: Int = 1_024) throws(ThreadStartError) {
        precondition(threadCount > 0 && queueLimit > 0, "a pool needs a thread and room for work")
        let queue = WorkQueue(limit: queueLimit)
        self.queue = queue
        for _ in 0..<threadCount {
            do {
                try DetachedThread.start(name: name) { queue.serve() }
            } catch {
                queue.stop(threadCount: threadCount)
                throw error
            }
        }
        queue.threadCount.store(threadCount, ordering: .relaxed)
    }

    deinit { self.stop() }

    /// Runs `work` on one of the threads and gives back what it returns or throws.
    package func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result
    {
        let ticket = Ticket()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                ticket.arm { continuation.resume(throwing: $0) }
                let refusal = self.queue.append(ticket) {
                    continuation.resume(with: Swift.Result { try work() })
                }
                if let refusal { ticket.refuse(refusal) }
                if Task.isCancelled { ticket.refuse(CancellationError()) }
            }
        } onCancel: {
            ticket.refuse(CancellationError())
        }
    }

    /// Refuses new work; the threads end when the queue is empty.
    package func stop() {
        self.queue.stop(threadCount: self.queue.threadCount.load(ordering: .relaxed))
    }
}

/// Decides once whether a piece of work runs or is refused.
private final class Ticket: Sendable {
    private struct State {
        var isDecided = false
        var refuse: (@Sendable (any Error) -> Void)?
    }

    private let state = Mutex(State())

    /// Says how to refuse; before that a refusal is ignored.
    func arm(_ refuse: @escaping @Sendable (any Error) -> Void) {
        self.state.withLock { $0.refuse = refuse }
    }

    /// True once, for the thread that may run the work.
    func claim() -> Bool {
        self.state.withLock { state in
            defer { state.isDecided = true }
            return !state.isDecided
        }
    }

    func refuse(_ error: any Error) {
        let refuse: (@Sendable (any Error) -> Void)? = self.state.withLock { state in
            guard !state.isDecided, let refuse = state.refuse else { return nil }
            state.isDecided = true
            return refuse
        }
        refuse?(error)
    }
}

/// The queue between tasks and threads.
private final class WorkQueue: Sendable {
    private struct Entry {
        let ticket: Ticket
        let run: @Sendable () -> Void
    }

    private struct State {
        var waiting: [Entry] = []
        var head = 0
        var isStopped = false

        var count: Int { self.waiting.count - self.head }

        mutating func popFirst() -> Entry? {
            guard self.count > 0 else { return nil }
            let entry = self.waiting[self.head]
            self.head += 1
            if self.head == self.waiting.count || self.head > 256 {
                self.waiting.removeFirst(self.head)
                self.head = 0
            }
            return entry
        }
    }

    let threadCount = Atomic(0)
    private let limit: Int
    private let state = Mutex(State())
    private let wake = WakeSemaphore()

    init(limit: Int) { self.limit = limit }

    /// Nil when the work was taken.
    func append(_ ticket: Ticket, _ run: @escaping @Sendable () -> Void) -> BlockingPoolError? {
        let refusal: BlockingPoolError? = self.state.withLock { state in
            if state.isStopped { return .stopped }
            if state.count >= self.limit { return .queueFull(limit: self.limit) }
            state.waiting.append(Entry(ticket: ticket, run: run))
            return nil
        }
        if refusal == nil { self.wake.signal() }
        return refusal
    }

    func stop(threadCount: Int) {
        self.state.withLock { $0.isStopped = true }
        for _ in 0..<threadCount { self.wake.signal() }
    }

    /// One thread's life: a signal is a piece of work, or the end.
    func serve() {
        while true {
            self.wake.wait()
            let (entry, isStopped) = self.state.withLock { ($0.popFirst(), $0.isStopped) }
            if let entry {
                if entry.ticket.claim() { entry.run() }
            } else if isStopped {
                return
            }
        }
    }
}
