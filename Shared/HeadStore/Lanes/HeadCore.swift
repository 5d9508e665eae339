// SPDX-License-Identifier: Apache-2.0
internal import Blocking
internal import ProfileModel
internal import Synchronization

/// What lanes and log share: the lanes themselves, how far the log is durable, and sums.
final class HeadCore: LogOwner {
    let counters = HeadCounters()
    /// Everything up to here is durable; later profiles are not visible yet.
    let durable = Atomic<UInt64>(0)
    private let events: HeadStoreEvents
    private let seriesCounts = Mutex<[TenantID: Int]>([:])
    private let lanes = Mutex<[Lane]>([])

    init(events: HeadStoreEvents) { self.events = events }

    /// Says which lanes there are, once, before anything is appended.
    func start(_ lanes: [Lane]) { self.lanes.withLock { $0 = lanes } }

    /// Asks for a flush unless that was done since the last one.
    func wantFlush() {
        if !self.counters.flushIsWanted.exchange(true, ordering: .relaxed) { self.events.wantsFlush() }
    }

    /// Counts a new series of `tenant` in, unless it has `limit` of them already; 0 means no limit.
    func admitSeries(of tenant: TenantID, limit: Int) -> Bool {
        self.seriesCounts.withLock { counts in
            guard limit <= 0 || counts[tenant, default: 0] < limit else { return false }
            counts[tenant, default: 0] += 1
            return true
        }
    }

    /// Counts series of `tenant` out.
    func dropSeries(of tenant: TenantID, count: Int) {
        self.seriesCounts.withLock { counts in
            let left = counts[tenant, default: 0] - count
            counts[tenant] = left > 0 ? left : nil
        }
    }

    func logAdvanced(to lsn: UInt64) { self.durable.store(lsn, ordering: .releasing) }

    func logRolledBack(to lsn: UInt64) {
        self.onAllLanes { $0.removeProfiles(after: lsn) }
    }

    func logFailed(_ error: DiskError) { self.events.failed(error) }

    /// Runs `work` on every lane after all that was queued before and returns when all are done; blocks.
    func onAllLanes(_ work: @escaping @Sendable (inout LaneState) -> Void) {
        let lanes = self.lanes.withLock { $0 }
        let done = WakeSemaphore()
        var waitCount = 0
        for lane in lanes {
            let isTaken = lane.perform { state in
                work(&state)
                done.signal()
            }
            waitCount += isTaken ? 1 : 0
        }
        for _ in 0..<waitCount { done.wait() }
    }
}
