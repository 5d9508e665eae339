// SPDX-License-Identifier: Apache-2.0
internal import Blocking
internal import ByteCoding
internal import ProfileColumns
package import ProfileModel
internal import Synchronization

/// Profiles that are not in a block yet: durable in the write-ahead log, parsed into heads, visible to
/// queries.
///
/// Any task may call. `close` must be called before the last reference goes, or threads stay behind.
package final class HeadStore: Sendable {
    let config: HeadStoreConfig
    let core: HeadCore
    let lanes: [Lane]
    let log: LogWriter
    let flush: Mutex<FlushState>
    private let files: any LogFileSystem
    private let clock: @Sendable () -> ContinuousClock.Instant
    let inFlight = Atomic(0)
    private let disk: Mutex<DiskWatch>
    /// The lock file, until the store is closed.
    private let lock: Mutex<Int32?>
    /// What reading the log gave when the store was opened.
    package let replay: LogReplay

    /// How full the disk was, and when that was looked up.
    private struct DiskWatch {
        var level: DiskGuard
        var checkedAt: ContinuousClock.Instant?
    }

    init(_ parts: consuming OpenedParts) {
        self.config = parts.config
        self.core = parts.core
        self.lanes = parts.lanes
        self.log = parts.log
        self.replay = parts.replay
        self.lock = Mutex(parts.replay.lock)
        self.files = parts.files
        self.clock = parts.clock
        self.flush = Mutex(FlushState(releasedThrough: parts.coveredThrough))
        self.disk = Mutex(DiskWatch(level: DiskGuard(limits: parts.config.disk)))
    }

    /// Stores profiles: one outcome per profile, in order.
    ///
    /// Returns when all are decided and all that is stored is durable. A throw means that nothing was
    /// promised: sending the same profiles again is safe, since they count once.
    @concurrent
    package func append(_ profiles: [IncomingProfile]) async throws(HeadStoreError) -> [AppendOutcome] {
        guard !profiles.isEmpty else { return [] }
        let byteCount = profiles.reduce(0) { $0 + $1.payload.count + 512 }
        try self.admit(byteCount)
        defer { self.inFlight.subtract(byteCount, ordering: .relaxed) }
        let frames = try Self.frames(profiles)
        return try await withCheckedContinuation { continuation in
            let ticket = AppendTicket(count: profiles.count) { continuation.resume(returning: $0) }
            do throws(HeadStoreError) {
                try self.log.submit(frames, waiter: ticket) { index, lsn in
                    self.lane(of: profiles[index]).append(
                        profiles[index],
                        lsn: lsn,
                        ticket: ticket,
                        index: index
                    )
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }.get()
    }

    /// Writes what is queued and ends the threads; later appends throw `closed`.
    package func close() async {
        await withCheckedContinuation { continuation in self.log.close { continuation.resume() } }
        for lane in self.lanes { lane.stop() }
        let lock = self.lock.withLock { held in
            defer { held = nil }
            return held
        }
        if let lock { self.files.close(lock) }
    }

    /// Deletes parts of the log that hold nothing above `lsn`, which a block must cover.
    package func truncateLog(through lsn: UInt64) { self.log.removeSegments(through: lsn) }

    /// Deletes parts of the log that hold nothing above `lsn` and, below, nothing but refused profiles and
    /// repetitions.
    ///
    /// No block says so, hence a mark in the log's folder.
    package func forgetLog(through lsn: UInt64) { self.log.forgetSegments(through: lsn) }

    private static func frames(
        _ profiles: [IncomingProfile]
    ) throws(HeadStoreError) -> [(head: [UInt8], payload: [UInt8])] {
        var frames: [(head: [UInt8], payload: [UInt8])] = []
        for profile in profiles {
            var writer = ByteWriter(capacity: 512)
            profile.encodeHead(to: &writer)
            guard writer.bytes.count + profile.payload.count <= LogRecord.payloadByteCountMax else {
                throw .unavailable("profile of \(profile.payload.count) bytes does not fit into the log")
            }
            frames.append((writer.bytes, profile.payload))
        }
        return frames
    }

    private func lane(of profile: IncomingProfile) -> Lane {
        self.lanes[Self.laneIndex(DatasetKey(profile), count: self.lanes.count)]
    }

    /// The lane of a dataset among `count`.
    static func laneIndex(_ key: DatasetKey, count: Int) -> Int {
        let hash = XXH3.hash64(key.service, seed: XXH3.hash64(key.tenant.description))
        return Int(hash % UInt64(count))
    }

    /// Counts the bytes in, unless memory, disk or queue forbid to take them.
    private func admit(_ byteCount: Int) throws(HeadStoreError) {
        guard self.core.counters.byteCount.load(ordering: .relaxed) < self.config.hardByteCount else {
            self.core.wantFlush()
            throw .unavailable(
                "heads hold more than \(self.config.hardByteCount) bytes; a flush is under way"
            )
        }
        guard !self.isDiskFull() else { throw .unavailable("the disk of the log is nearly full") }
        let taken = self.inFlight.add(byteCount, ordering: .relaxed).newValue
        guard taken <= self.config.inFlightByteCountMax || taken == byteCount else {
            self.inFlight.subtract(byteCount, ordering: .relaxed)
            throw .unavailable("more than \(self.config.inFlightByteCountMax) bytes are in flight")
        }
    }

    private func isDiskFull() -> Bool {
        self.disk.withLock { watch in
            let now = self.clock()
            if let checkedAt = watch.checkedAt, now - checkedAt < .seconds(1) { return watch.level.isClosed }
            watch.checkedAt = now
            do {
                return watch.level.update(try self.files.space(self.config.log.directory))
            } catch {
                // The log itself will say what is wrong with the disk; a failed look is not a full disk.
                return watch.level.isClosed
            }
        }
    }
}

extension HeadStore {
    /// Estimated bytes held in heads.
    package var byteCount: Int { self.core.counters.byteCount.load(ordering: .relaxed) }
}
