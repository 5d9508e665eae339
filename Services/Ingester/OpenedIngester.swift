// SPDX-License-Identifier: Apache-2.0
internal import BlockStore
internal import Blocking
internal import EventLog
internal import FoundationEssentials
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

    static func open(
        _ config: IngesterConfig,
        _ surroundings: Ingester.Surroundings
    ) async throws(IngesterStartError) -> OpenedIngester {
        let (readers, disk) = try Self.pools()
        let folder = try await Self.folder(config, disk)
        Self.report(folder.report, surroundings.logger)
        let signals = FlushSignals()
        let instance = try InstanceName.of(config)
        let heads = try await Self.heads(config, surroundings, folder, signals, instance)
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
            instance: instance
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
            try FileManager.default.createDirectory(
                atPath: config.dataPath + "/ingester",
                withIntermediateDirectories: true
            )
            return try await disk.run { try BlockFolder(path: config.dataPath + "/ingester", cache: cache) }
        } catch {
            throw .blocks(error)
        }
    }

    private static func report(_ report: BlockFolderReport, _ logger: Logger) {
        for file in report.unreadable {
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
        settings.softByteCount = config.softByteCount
        settings.hardByteCount = config.hardByteCount
        settings.inFlightByteCountMax = config.inFlightByteCountMax
        settings.sync =
            switch config.sync {
            case .always: .always
            case .interval: .interval(.milliseconds(200))
            case .off: .off
            }
        let events = HeadStoreEvents(
            failed: { surroundings.failed("write-ahead log: \($0)") },
            wantsFlush: { signals.wantFlush() }
        )
        do {
            return try await HeadStore.open(
                settings,
                coveredThrough: folder.coveredLSN(instance: instance),
                stored: try Self.recentUIDs(folder, settings.uidWindow, surroundings.nanoseconds()),
                events: events,
                world: HeadStoreWorld(wallNanoseconds: surroundings.nanoseconds)
            )
        } catch {
            throw .log(error)
        }
    }

    /// Identities of profiles in blocks that are young enough for a retry to come.
    private static func recentUIDs(
        _ folder: BlockFolder,
        _ window: Duration,
        _ now: Int64
    ) throws -> [StoredUIDs] {
        let oldest = now - Int64(window / .nanoseconds(1))
        var stored: [StoredUIDs] = []
        for block in folder.all where block.description.header.createdNanoseconds >= oldest {
            for (index, dataset) in block.description.datasets.enumerated() {
                let uids = try block.uids(dataset: index)
                stored.append(StoredUIDs(tenant: dataset.tenant, service: dataset.service, uids: uids))
            }
        }
        return stored
    }
}
