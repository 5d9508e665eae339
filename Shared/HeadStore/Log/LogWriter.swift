// SPDX-License-Identifier: Apache-2.0
package import Blocking
internal import Glibc
internal import Synchronization

/// When the log is forced to the disk.
package enum LogSync: Hashable, Sendable {
    /// Before anything is acknowledged.
    case always
    /// At most this long after it was acknowledged: power loss may take the last interval, `kill -9` nothing.
    case interval(Duration)
    /// When the system likes.
    case off
}

/// Learns that what it queued is durable, or that it never will be.
package protocol LogWaiter: AnyObject, Sendable {
    /// `count` of its entries are durable; or, with an error, gone.
    func logCompleted(count: Int, error: HeadStoreError?)
}

/// What the log tells its owner, always from the log's thread.
package protocol LogOwner: AnyObject, Sendable {
    /// Everything up to `lsn` is durable; called before the waiters learn it.
    func logAdvanced(to lsn: UInt64)
    /// Everything above `lsn` that was queued so far is given up; returns when no trace of it is left.
    func logRolledBack(to lsn: UInt64)
    /// The log is broken for good: the process should exit, and recover by a restart.
    func logFailed(_ error: DiskError)
}

/// The write-ahead log's thread: takes what is queued, writes it at once, forces it to the disk, wakes the
/// waiters.
///
/// Any thread may submit. While one group is being forced to the disk the next one gathers.
package final class LogWriter: Sendable {
    /// One record on its way to the disk; without a head a barrier.
    package struct Entry: Sendable {
        /// The first bytes of the payload.
        package let head: [UInt8]
        /// The other bytes of the payload.
        package let payload: [UInt8]
        /// Where the record ends.
        package let lsn: UInt64
        /// Learns what became of it.
        package let waiter: any LogWaiter

        /// A record that ends at `lsn`.
        package init(head: [UInt8], payload: [UInt8], lsn: UInt64, waiter: any LogWaiter) {
            self.head = head
            self.payload = payload
            self.lsn = lsn
            self.waiter = waiter
        }

        var isBarrier: Bool { self.head.isEmpty }
        var byteCount: Int {
            self.isBarrier ? 0 : LogRecord.headerByteCount + self.head.count + self.payload.count
        }
    }

    private struct Queue {
        var entries: [Entry] = []
        var removeThrough: UInt64 = 0
        var forgetThrough: UInt64 = 0
        var nextLSN: UInt64
        /// Why nothing is taken now.
        var refusal: HeadStoreError?
        var closed: (@Sendable () -> Void)?

        var isClosing: Bool { self.closed != nil }
    }

    private let queue: Mutex<Queue>
    private let wake = WakeSemaphore()
    private let owner: any LogOwner

    /// Starts the thread, which ends after `close`.
    package init(_ log: consuming SegmentedLog, sync: LogSync, owner: any LogOwner) throws(ThreadStartError) {
        self.queue = Mutex(Queue(nextLSN: log.end))
        self.owner = owner
        let session = LogSession(log, sync: sync)
        try DetachedThread.start(name: "wal") { [self] in self.run(session) }
        guard case .interval(let period) = sync else { return }
        try DetachedThread.start(name: "wal-tick") { [self] in
            while !self.queue.withLock({ $0.isClosing }) {
                self.wake.signal()
                usleep(UInt32(clamping: Int(period / .microseconds(1))))
            }
        }
    }

    /// Queues records in one piece.
    ///
    /// `inOrder` is called under the queue's lock with index and end of each record: what it does happens in
    /// log order.
    package func submit(
        _ frames: [(head: [UInt8], payload: [UInt8])],
        waiter: any LogWaiter,
        inOrder: (_ index: Int, _ lsn: UInt64) -> Void
    ) throws(HeadStoreError) {
        try self.enqueue { queue in
            for (index, frame) in frames.enumerated() {
                queue.nextLSN += LogRecord.byteCount(payload: frame.head.count + frame.payload.count)
                queue.entries.append(
                    Entry(head: frame.head, payload: frame.payload, lsn: queue.nextLSN, waiter: waiter)
                )
                inOrder(index, queue.nextLSN)
            }
        }
    }

    /// Completes `waiter` when all that was queued before is durable; the next record begins a new segment.
    package func barrier(waiter: any LogWaiter, inOrder: (_ lsn: UInt64) -> Void) throws(HeadStoreError) {
        try self.enqueue { queue in
            queue.entries.append(Entry(head: [], payload: [], lsn: queue.nextLSN, waiter: waiter))
            inOrder(queue.nextLSN)
        }
    }

    private func enqueue(_ change: (inout Queue) -> Void) throws(HeadStoreError) {
        let refusal: HeadStoreError? = self.queue.withLock { queue in
            if queue.isClosing { return .closed }
            if let refusal = queue.refusal { return refusal }
            change(&queue)
            return nil
        }
        if let refusal { throw refusal }
        self.wake.signal()
    }

    /// Deletes segments of which all records end at or before `lsn`, soon.
    package func removeSegments(through lsn: UInt64) {
        self.queue.withLock { $0.removeThrough = max($0.removeThrough, lsn) }
        self.wake.signal()
    }

    /// The same for records that no block holds and nobody needs, soon.
    func forgetSegments(through lsn: UInt64) {
        self.queue.withLock { $0.forgetThrough = max($0.forgetThrough, lsn) }
        self.wake.signal()
    }

    /// Writes what is queued, refuses what comes later, ends the thread, then calls `done`.
    package func close(_ done: @escaping @Sendable () -> Void) {
        let isFirst = self.queue.withLock { queue in
            defer { queue.closed = queue.closed ?? done }
            return !queue.isClosing
        }
        if isFirst { self.wake.signal() } else { done() }
    }
}

// MARK: - The thread

extension LogWriter {
    private func run(_ initial: LogSession) {
        var session = initial
        while true {
            self.wake.wait()
            let taken = self.queue.withLock { queue in
                defer {
                    queue.entries = []
                    queue.removeThrough = 0
                    queue.forgetThrough = 0
                }
                return queue
            }
            var rest = taken.entries[...]
            while !rest.isEmpty { self.commitGroup(of: &rest, in: &session) }
            self.attempt(in: &session) { session throws(DiskError) in
                try session.syncIfDue()
                if taken.removeThrough > 0 { try session.log.removeSegments(through: taken.removeThrough) }
                if taken.forgetThrough > 0 { try session.log.forgetSegments(through: taken.forgetThrough) }
            }
            if let closed = taken.closed {
                self.attempt(in: &session) { session throws(DiskError) in try session.log.finish() }
                return closed()
            }
        }
    }

    /// Writes the first entries of `rest` as one group and removes them; all of them when the log gives up.
    private func commitGroup(of rest: inout ArraySlice<Entry>, in session: inout LogSession) {
        if let error = session.failure { return self.complete(rest: &rest, error: .failed(error)) }
        let group = session.takeGroup(of: &rest)
        do {
            try session.commit(group)
            self.owner.logAdvanced(to: session.log.end)
            self.complete(group, error: nil)
        } catch {
            self.giveUp(group + rest, after: error, in: &session)
            rest = []
        }
    }

    private func complete(rest: inout ArraySlice<Entry>, error: HeadStoreError) {
        self.complete(rest, error: error)
        rest = []
    }

    private func complete(_ entries: ArraySlice<Entry>, error: HeadStoreError?) {
        var start = entries.startIndex
        for index in entries.indices {
            let next = index + 1
            if next < entries.endIndex, entries[next].waiter === entries[start].waiter { continue }
            entries[start].waiter.logCompleted(count: next - start, error: error)
            start = next
        }
    }

    /// Answers everything that is queued: after a full disk the log goes on, after anything else it is
    /// broken.
    private func giveUp(_ entries: ArraySlice<Entry>, after error: DiskError, in session: inout LogSession) {
        let isFull = error.errno == ENOSPC || error.errno == EDQUOT
        let refusal = isFull ? HeadStoreError.unavailable("no space left for the log") : .failed(error)
        let queued = self.queue.withLock { queue in
            queue.refusal = refusal
            defer { queue.entries = [] }
            return queue.entries
        }
        if isFull {
            self.owner.logRolledBack(to: session.log.end)
            self.attempt(in: &session) { session throws(DiskError) in try session.log.finish() }
            self.queue.withLock { queue in
                if queue.refusal == refusal { queue.refusal = nil }
            }
        } else {
            self.fail(error, in: &session)
        }
        self.complete(entries, error: refusal)
        self.complete(queued[...], error: refusal)
    }

    /// Does what a full disk does not excuse.
    private func attempt(in session: inout LogSession, _ work: (inout LogSession) throws(DiskError) -> Void) {
        guard session.failure == nil else { return }
        do {
            try work(&session)
        } catch {
            self.fail(error, in: &session)
        }
    }

    private func fail(_ error: DiskError, in session: inout LogSession) {
        session.failure = error
        session.log.abandon()
        self.queue.withLock { $0.refusal = .failed(error) }
        self.owner.logFailed(error)
    }
}
