// SPDX-License-Identifier: Apache-2.0
package import ProfileColumns
internal import Synchronization

/// What a flush writes into one block: everything stored in the log range (`after`, `through`].
package struct SealedHeads: Sendable {
    package let after: UInt64
    package let through: UInt64
    /// One snapshot per dataset; its dictionary may hold more than its series use.
    package let datasets: [DatasetSnapshot]

    /// Whether there is nothing to write: the log up to `through` may go without a block.
    package var isEmpty: Bool { self.datasets.allSatisfy { $0.series.allSatisfy(\.profiles.isEmpty) } }
}

/// Where the flush stands; at most one generation is sealed at a time.
struct FlushState: Sendable {
    private enum Phase {
        case open
        case sealing
        case sealed(SealedHeads)
    }

    private var phase = Phase.open
    private var releasedThrough: UInt64

    /// Nothing sealed, and blocks that cover the log up to `lsn`.
    init(releasedThrough lsn: UInt64) { self.releasedThrough = lsn }

    enum SealAction {
        /// Seal now; everything up to `after` is in blocks.
        case seal(after: UInt64)
        /// Sealed before and not released: write that first.
        case again(SealedHeads)
        /// Somebody else is sealing.
        case busy
    }

    mutating func seal() -> SealAction {
        switch self.phase {
        case .open:
            self.phase = .sealing
            return .seal(after: self.releasedThrough)
        case .sealing: return .busy
        case .sealed(let heads): return .again(heads)
        }
    }

    /// Sealing failed before any lane did it, or for good.
    mutating func abandon() { self.phase = .open }

    mutating func sealed(_ heads: SealedHeads) { self.phase = .sealed(heads) }

    /// Whether `through` is what is sealed now.
    mutating func release(through: UInt64) -> Bool {
        guard case .sealed(let heads) = self.phase, heads.through == through else { return false }
        self.phase = .open
        self.releasedThrough = through
        return true
    }
}

extension HeadStore {
    /// Closes all heads at one position of the log and returns them once everything up to there is durable.
    ///
    /// They keep answering queries until `release`. Called again before that, it returns the same heads: a
    /// flush that failed is tried again with the same block. Nil while another call is sealing.
    @concurrent
    package func seal() async throws(HeadStoreError) -> SealedHeads? {
        switch self.flush.withLock({ $0.seal() }) {
        case .busy: return nil
        case .again(let heads): return heads
        case .seal(let after): return try await self.seal(after: after)
        }
    }

    private func seal(after: UInt64) async throws(HeadStoreError) -> SealedHeads {
        let through = Mutex<UInt64>(0)
        let result: Result<Void, HeadStoreError> = await withCheckedContinuation { continuation in
            let waiter = BarrierWaiter { continuation.resume(returning: $0) }
            do throws(HeadStoreError) {
                try self.log.barrier(waiter: waiter) { lsn in
                    through.withLock { $0 = lsn }
                    for lane in self.lanes { lane.perform { $0.seal() } }
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        switch result {
        case .success,
            .failure(.unavailable) where through.withLock({ $0 > 0 }):
            // On a full disk the lanes have forgotten what was given up; the rest is sealed all the same.
            break
        case .failure(let error):
            self.flush.withLock { $0.abandon() }
            throw error
        }
        var datasets: [DatasetSnapshot] = []
        for lane in self.lanes { datasets += await lane.ask { $0.sealedSnapshots() } ?? [] }
        let heads = SealedHeads(after: after, through: through.withLock { $0 }, datasets: datasets)
        self.flush.withLock { $0.sealed(heads) }
        return heads
    }

    /// Forgets sealed heads: call it when the block that holds them answers queries.
    package func release(_ heads: SealedHeads) async {
        guard self.flush.withLock({ $0.release(through: heads.through) }) else { return }
        for lane in self.lanes { _ = await lane.ask { $0.release() } }
        self.core.counters.flushIsWanted.store(false, ordering: .relaxed)
    }
}
