// SPDX-License-Identifier: Apache-2.0
internal import Blocking
internal import ProfileColumns
internal import ProfileModel
internal import Synchronization

/// A thread that parses profiles and holds those of its datasets.
///
/// Any thread may hand in; everything happens in the order it was handed in.
final class Lane: Sendable {
    private enum Item: Sendable {
        case profile(IncomingProfile, lsn: UInt64, AppendTicket?, index: Int)
        case work(@Sendable (inout LaneState) -> Void)
    }

    private struct Queue {
        var items: [Item] = []
        var isStopped = false
    }

    private let queue = Mutex(Queue())
    private let wake = WakeSemaphore()

    /// Starts the thread of lane `index`.
    init(index: Int, config: HeadStoreConfig, core: HeadCore) throws(ThreadStartError) {
        try DetachedThread.start(name: "lane-\(index)") { [self] in
            self.run(LaneState(config: config, core: core))
        }
    }

    /// Queues a profile; `ticket` gets the outcome.
    func append(_ profile: IncomingProfile, lsn: UInt64, ticket: AppendTicket?, index: Int) {
        self.enqueue(.profile(profile, lsn: lsn, ticket, index: index))
    }

    /// Runs `work` on the lane's thread, after all that was queued before; false when the lane was stopped.
    @discardableResult
    func perform(_ work: @escaping @Sendable (inout LaneState) -> Void) -> Bool { self.enqueue(.work(work)) }

    /// Runs `work` on the lane's thread and gives back what it returns; nil when the lane was stopped.
    func ask<Answer: Sendable>(_ work: @escaping @Sendable (inout LaneState) -> Answer) async -> Answer? {
        await withCheckedContinuation { continuation in
            let isTaken = self.perform { continuation.resume(returning: work(&$0)) }
            if !isTaken { continuation.resume(returning: nil) }
        }
    }

    /// Ends the thread once the queue is empty; later work is refused.
    func stop() {
        self.queue.withLock { $0.isStopped = true }
        self.wake.signal()
    }

    @discardableResult
    private func enqueue(_ item: Item) -> Bool {
        let (isTaken, isFirst) = self.queue.withLock { queue in
            guard !queue.isStopped else { return (false, false) }
            defer { queue.items.append(item) }
            return (true, queue.items.isEmpty)
        }
        if isFirst { self.wake.signal() }
        return isTaken
    }

    private func run(_ initial: consuming LaneState) {
        var state = initial
        var items: [Item] = []
        while true {
            self.wake.wait()
            while true {
                let isStopped = self.queue.withLock { queue in
                    swap(&queue.items, &items)
                    return queue.isStopped
                }
                if items.isEmpty {
                    if isStopped { return }
                    break
                }
                for item in items { Self.handle(item, &state) }
                items.removeAll(keepingCapacity: true)
            }
        }
    }

    private static func handle(_ item: Item, _ state: inout LaneState) {
        switch item {
        case .profile(let profile, let lsn, let ticket, let index):
            do throws(HeadStoreError) {
                let outcome = try state.append(profile, lsn: lsn, isReplay: ticket == nil)
                ticket?.laneDecided(index, outcome)
            } catch {
                ticket?.laneRefused(error)
            }
        case .work(let work):
            work(&state)
        }
    }
}
