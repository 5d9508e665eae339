// SPDX-License-Identifier: Apache-2.0
internal import Blocking
internal import ByteCoding
internal import ProfileColumns
internal import ProfileModel
internal import Synchronization

/// What opening made.
struct OpenedParts: Sendable {
    let config: HeadStoreConfig
    let core: HeadCore
    let lanes: [Lane]
    let log: LogWriter
    let replay: LogReplay
    let coveredThrough: UInt64
    let files: any LogFileSystem
    let clock: @Sendable () -> ContinuousClock.Instant
}

/// What a head store needs from the outside; tests put their own in place.
package struct HeadStoreWorld: Sendable {
    package var files: any LogFileSystem = SystemFiles()
    package var clock: @Sendable () -> ContinuousClock.Instant = { .now }
    /// Now, in nanoseconds since 1970: the time of receipt of `StoredUIDs`.
    package var wallNanoseconds: @Sendable () -> Int64
    package var salt: @Sendable () -> UInt64 = { .random(in: 0...UInt64.max) }

    /// The real world, but for the wall clock.
    package init(wallNanoseconds: @escaping @Sendable () -> Int64) { self.wallNanoseconds = wallNanoseconds }
}

extension HeadStore {
    /// Opens the log, replays what no block covers into the heads, and returns when all of it is there.
    ///
    /// Appends are possible afterwards only: an answer never lacks acknowledged profiles. Frames are decided
    /// again with the limits and the time of receipt they carry, so the outcome is the one of the first run.
    /// `lsn` is the highest position that local blocks cover; `stored` names their recent profiles, of which
    /// a retry is a duplicate.
    @concurrent
    package static func open(
        _ config: HeadStoreConfig,
        coveredThrough lsn: UInt64,
        stored: [StoredUIDs] = [],
        events: HeadStoreEvents = HeadStoreEvents(),
        world: HeadStoreWorld
    ) async throws(LogOpenError) -> HeadStore {
        let result: Result<HeadStore, LogOpenError> = await withCheckedContinuation { continuation in
            do throws(ThreadStartError) {
                try DetachedThread.start(name: "wal-replay") {
                    continuation.resume(
                        returning: Result { () throws(LogOpenError) in
                            try Self.openBlocking(config, lsn, stored, events, world)
                        }
                    )
                }
            } catch {
                continuation.resume(returning: .failure(.thread(errno: error.errno)))
            }
        }
        return try result.get()
    }

    private static func openBlocking(
        _ config: HeadStoreConfig,
        _ covered: UInt64,
        _ stored: [StoredUIDs],
        _ events: HeadStoreEvents,
        _ world: HeadStoreWorld
    ) throws(LogOpenError) -> HeadStore {
        let core = HeadCore(events: events)
        var lanes: [Lane] = []
        do {
            for index in 0..<max(1, config.laneCount) {
                lanes.append(try Lane(index: index, config: config, core: core))
            }
            core.start(lanes)
            let received = world.wallNanoseconds()
            for stored in stored { Self.seed(stored, receivedNanoseconds: received, lanes) }
            var recovery = LogRecovery(layout: config.log, files: world.files, coveredThrough: covered)
            var feed = ReplayFeed(lanes: lanes, progress: events.replayed)
            let replay = try recovery.run { feed.take($0, end: $1) }
            core.onAllLanes { _ in }
            core.durable.store(replay.end, ordering: .releasing)
            let segments = SegmentedLog(
                layout: config.log,
                files: world.files,
                finished: replay.finished,
                end: replay.end,
                salt: world.salt
            )
            let log = try LogWriter(segments, sync: config.sync, owner: core)
            return HeadStore(
                OpenedParts(
                    config: config,
                    core: core,
                    lanes: lanes,
                    log: log,
                    replay: replay,
                    coveredThrough: covered,
                    files: world.files,
                    clock: world.clock
                )
            )
        } catch let error as LogOpenError {
            for lane in lanes { lane.stop() }
            throw error
        } catch {
            for lane in lanes { lane.stop() }
            throw .thread(errno: (error as? ThreadStartError)?.errno ?? 0)
        }
    }

    private static func seed(_ stored: StoredUIDs, receivedNanoseconds: Int64, _ lanes: [Lane]) {
        let key = DatasetKey(tenant: stored.tenant, service: stored.service)
        lanes[self.laneIndex(key, count: lanes.count)].perform { state in
            for uid in stored.uids {
                state.remember(uid, key, receivedNanoseconds: receivedNanoseconds, lsn: 0)
            }
        }
    }
}

/// Hands replayed frames to the lanes, not faster than they parse.
private struct ReplayFeed {
    private let lanes: [Lane]
    private let progress: @Sendable (Int) -> Void
    private var recordCount = 0
    /// Signalled by each lane when it has come to a mark; two marks may be open.
    private var marks: [WakeSemaphore] = []

    private static let recordsPerMark = 256

    init(lanes: [Lane], progress: @escaping @Sendable (Int) -> Void) {
        self.lanes = lanes
        self.progress = progress
    }

    mutating func take(_ payload: [UInt8], end: UInt64) -> Bool {
        let profile: IncomingProfile
        do {
            profile = try IncomingProfile(decoding: payload.span)
        } catch {
            return false
        }
        let index = HeadStore.laneIndex(DatasetKey(profile), count: self.lanes.count)
        self.lanes[index].append(profile, lsn: end, ticket: nil, index: 0)
        self.recordCount += 1
        if self.recordCount % Self.recordsPerMark == 0 { self.mark() }
        return true
    }

    private mutating func mark() {
        self.progress(self.recordCount)
        let mark = WakeSemaphore()
        for lane in self.lanes { lane.perform { _ in mark.signal() } }
        self.marks.append(mark)
        guard self.marks.count > 2 else { return }
        let oldest = self.marks.removeFirst()
        for _ in self.lanes { oldest.wait() }
    }
}
