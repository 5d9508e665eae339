// SPDX-License-Identifier: Apache-2.0
internal import BlockStore
internal import Blocking
internal import EventLog
internal import Glibc
internal import HeadStore
internal import ProfileModel

/// What opening a data folder gave.
struct OpenedIngester {
    let heads: HeadStore
    let folder: BlockFolder
    let readers: BlockingPool
    let disk: BlockingPool
    let signals: FlushSignals
    let instance: String
    let debugFiles: DebugFileDisk
    let lock: FolderLock

    static func open(
        _ config: IngesterConfig,
        _ surroundings: Ingester.Surroundings
    ) async throws(IngesterStartError) -> OpenedIngester {
        let lock = try FolderLock.take(config.dataPath + "/ingester")
        do throws(IngesterStartError) {
            return try await Self.open(config, surroundings, lock)
        } catch {
            lock.release()
            throw error
        }
    }

    private static func open(
        _ config: IngesterConfig,
        _ surroundings: Ingester.Surroundings,
        _ lock: FolderLock
    ) async throws(IngesterStartError) -> OpenedIngester {
        let (readers, disk) = try Self.pools()
        let folder = try await Self.folder(config, disk)
        try Self.check(folder.report, surroundings.logger)
        let signals = FlushSignals()
        let instance = try InstanceName.of(config)
        let heads = try await Self.heads(config, surroundings, folder, signals, instance)
        let debugFiles = try await DebugFileDisk.open(
            path: config.dataPath + "/ingester/debug-info",
            instance: instance,
            freeByteCountMin: config.freeDiskByteCountMin
        )
        let replay = heads.replay
        surroundings.logger.info(
            "write-ahead log replayed",
            ["records": .int(replay.recordCount), "damaged": .int(replay.damages.count)]
        )
        return OpenedIngester(
            heads: heads,
            folder: folder,
            readers: readers,
            disk: disk,
            signals: signals,
            instance: instance,
            debugFiles: debugFiles,
            lock: lock
        )
    }

    private static func pools() throws(IngesterStartError) -> (readers: BlockingPool, disk: BlockingPool) {
        do throws(ThreadStartError) {
            let cores = max(1, SystemCores.count)
            return (
                try BlockingPool(name: "read", threadCount: cores),
                try BlockingPool(name: "flush", threadCount: 1)
            )
        } catch {
            throw .threads(error)
        }
    }

    private static func folder(
        _ config: IngesterConfig,
        _ disk: BlockingPool
    ) async throws(IngesterStartError) -> BlockFolder {
        let cache = BlockCache(byteCountMax: config.blockCacheByteCount)
        do {
            return try await disk.run { try BlockFolder(path: config.dataPath + "/ingester", cache: cache) }
        } catch {
            throw .blocks(error)
        }
    }

    /// Damaged blocks are set aside; one that only could not be opened now ends the start, because replaying
    /// the
    /// log without it would write its profiles a second time.
    private static func check(
        _ report: BlockFolderReport,
        _ logger: Logger
    ) throws(IngesterStartError) {
        for file in report.unreadable {
            let isNoFolder = if case .system(.list, ENOTDIR) = file.error { true } else { false }
            if !file.isQuarantined, !isNoFolder { throw .blocks(file.error) }
            logger.error(
                "block set aside",
                ["file": .string(file.name), "error": .error(file.error)]
            )
        }
    }

    private static func heads(
        _ config: IngesterConfig,
        _ surroundings: Ingester.Surroundings,
        _ folder: BlockFolder,
        _ signals: FlushSignals,
        _ instance: String
    ) async throws(IngesterStartError) -> HeadStore {
        var settings = HeadStoreConfig(
            directory: config.dataPath + "/ingester/wal",
            instance: instance
        )
        settings.laneCount = config.laneCount == 0 ? max(1, SystemCores.count) : config.laneCount
        settings.log.segmentByteCount = config.segmentByteCount
        settings.softByteCount = config.softByteCount
        settings.hardByteCount = config.hardByteCount
        settings.inFlightByteCountMax = config.inFlightByteCountMax
        settings.sync =
            switch config.sync {
            case .always: .always
            case .interval: .interval(.milliseconds(200))
            case .off: .off
            }
        settings.disk.freeByteCountMin = UInt64(config.freeDiskByteCountMin)
        settings.disk.usedPercentMax = config.usedDiskPercentMax
        settings.disk.usedPercentResume = max(1, config.usedDiskPercentMax - 5)
        let events = HeadStoreEvents(
            failed: { surroundings.failed("write-ahead log: \($0)") },
            wantsFlush: { signals.wantFlush() }
        )
        do {
            return try await HeadStore.open(
                settings,
                coveredThrough: folder.coveredLSN(instance: instance),
                stored: Self.recentUIDs(folder, settings.uidWindow, surroundings),
                events: events,
                world: HeadStoreWorld(wallNanoseconds: surroundings.nanoseconds)
            )
        } catch {
            throw .log(error)
        }
    }

    /// Identities of profiles in blocks that are young enough for a retry to come, or to be in the log.
    ///
    /// What is replayed was received after the newest block was made, however long ago: it was decided with
    /// the
    /// window before that block, not before now.
    private static func recentUIDs(
        _ folder: BlockFolder,
        _ window: Duration,
        _ surroundings: Ingester.Surroundings
    ) -> [StoredUIDs] {
        let now = surroundings.nanoseconds()
        let blocks = folder.all
        let newest = blocks.map(\.description.header.createdNanoseconds).max() ?? now
        let (oldest, _) = min(now, newest).subtractingReportingOverflow(
            Int64((window + Self.clockSkew) / .nanoseconds(1))
        )
        var stored: [StoredUIDs] = []
        for block in blocks where block.description.header.createdNanoseconds >= oldest {
            for (index, dataset) in block.description.datasets.enumerated() {
                do throws(BlockError) {
                    let uids = try block.uids(dataset: index)
                    stored.append(StoredUIDs(tenant: dataset.tenant, service: dataset.service, uids: uids))
                } catch {
                    surroundings.logger.error(
                        "a damaged block does not name its profiles: a retry of one would count twice",
                        ["block": .string("\(block.description.header.id)"), "error": .error(error)]
                    )
                }
            }
        }
        return stored
    }

    /// How far the clocks of distributors, which stamp profiles, may be behind ours.
    private static let clockSkew = Duration.seconds(60)
}
