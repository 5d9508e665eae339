// SPDX-License-Identifier: Apache-2.0
internal import BlockStore
internal import Blocking
package import CatalogStore
package import EventLog
package import Exposition
package import HeadStore
package import ProfileModel
package import ServiceKit
internal import Synchronization
package import WireAPI

/// Why an ingester could not open.
package enum IngesterStartError: Error {
    case folder(any Error)
    /// Another process works in this folder.
    case inUse(String)
    case log(any Error)
    case blocks(any Error)
    case threads(any Error)
}

/// Holds the log, the heads and the blocks it wrote; takes profiles and answers for all it holds.
///
/// Any task may call. It is a `ProfileSink` and a `ProfileSource` in this process; `IngesterRoutes` puts both
/// behind HTTP.
package final class Ingester: ProfileSink, ProfileSource {
    /// What is not in a block yet.
    package let heads: HeadStore
    let folder: BlockFolder
    let readers: BlockingPool
    /// Uploaded files of programs on this disk.
    package let debugFiles: DebugFileDisk
    /// Name in the ring; belongs to the data folder.
    package let instance: String
    let metrics: IngesterMetrics
    private let disk: BlockingPool
    private let flusher: Flusher
    private let config: IngesterConfig
    private let catalog: any Catalog
    private let logger: Logger
    private let signals: FlushSignals
    private let lock: FolderLock
    let isClosed = Atomic(false)

    /// What the ingester needs from its process.
    package struct Surroundings: Sendable {
        package var catalog: any Catalog
        package var logger: Logger
        package var metrics: MetricRegistry
        /// Now, in nanoseconds since 1970.
        package var nanoseconds: @Sendable () -> Int64
        /// The log cannot be written any more: the process must end, a restart recovers.
        package var failed: @Sendable (String) -> Void

        /// Names the surroundings.
        package init(
            catalog: any Catalog,
            logger: Logger,
            metrics: MetricRegistry,
            nanoseconds: @escaping @Sendable () -> Int64,
            failed: @escaping @Sendable (String) -> Void
        ) {
            self.catalog = catalog
            self.logger = logger
            self.metrics = metrics
            self.nanoseconds = nanoseconds
            self.failed = failed
        }
    }

    private init(
        config: IngesterConfig,
        surroundings: Surroundings,
        opened: OpenedIngester,
        metrics: IngesterMetrics
    ) {
        self.config = config
        self.heads = opened.heads
        self.folder = opened.folder
        self.readers = opened.readers
        self.debugFiles = opened.debugFiles
        self.instance = opened.instance
        self.disk = opened.disk
        self.signals = opened.signals
        self.lock = opened.lock
        self.catalog = surroundings.catalog
        self.logger = surroundings.logger
        self.metrics = metrics
        self.flusher = Flusher(
            Flusher.Tools(
                heads: opened.heads,
                folder: opened.folder,
                catalog: surroundings.catalog,
                disk: opened.disk,
                instance: opened.instance,
                logger: surroundings.logger,
                metrics: metrics,
                nanoseconds: surroundings.nanoseconds
            )
        )
    }

    /// Opens the data folder: blocks first, then the log above what they cover.
    ///
    /// Returns when every acknowledged profile answers queries.
    package static func open(
        _ config: IngesterConfig,
        _ surroundings: Surroundings
    ) async throws(IngesterStartError) -> Ingester {
        let metrics = IngesterMetrics(surroundings.metrics)
        let opened = try await OpenedIngester.open(config, surroundings)
        let ingester = Ingester(
            config: config,
            surroundings: surroundings,
            opened: opened,
            metrics: metrics
        )
        surroundings.metrics.collect { [weak ingester] text in ingester?.render(&text) }
        return ingester
    }

    /// Stores profiles; when it returns, what is `.stored` survives `kill -9`.
    package func append(_ profiles: [IncomingProfile]) async throws(IngesterError) -> [AppendOutcome] {
        do throws(HeadStoreError) {
            let outcomes = try await self.heads.append(profiles)
            self.count(outcomes)
            return outcomes
        } catch {
            throw IngesterError(error)
        }
    }

    /// Writes what the heads hold into a block now.
    package func flush() async throws { try await self.flusher.flush() }

    /// Completes and publishes blocks that the catalogue does not know yet, as far as it can be reached.
    package func publishWaiting() async { await self.flusher.publishWaiting() }

    /// The background work of the ingester, in the order to start it.
    package func services<C: Clock<Duration>>(clock: C, address: String) -> [ServiceGroup<C>.Entry] {
        [
            .init("ring", self.ringMember(clock: clock, address: address)),
            .init("publisher", self.publisher(clock: clock)),
            .init("flusher", self.flushLoop(clock: clock)),
        ]
    }

    private func count(_ outcomes: [AppendOutcome]) {
        var (stored, duplicate, empty, rejected) = (0, 0, 0, 0)
        for outcome in outcomes {
            switch outcome {
            case .stored: stored += 1
            case .duplicate: duplicate += 1
            case .empty: empty += 1
            case .rejected: rejected += 1
            }
        }
        self.metrics.count(stored: stored, duplicate: duplicate, empty: empty, rejected: rejected)
    }

    private func render(_ text: inout MetricText) {
        text.gauge(
            "pyroscope_head_size_bytes",
            help: "Estimated bytes held in heads.",
            Double(self.heads.byteCount)
        )
        text.gauge(
            "hearth_ingester_blocks_bytes",
            help: "Bytes of local blocks.",
            Double(self.folder.byteCount)
        )
    }
}

// MARK: - Background work

extension Ingester {
    private func ringMember<C: Clock<Duration>>(clock: C, address: String) -> any Service {
        RingMembership(
            catalog: self.catalog,
            registration: InstanceRegistration(
                instance: self.instance,
                address: self.config.instanceAddress.isEmpty ? address : self.config.instanceAddress,
                zone: self.config.zone,
                roles: ["ingester"]
            ),
            period: self.config.heartbeatPeriod,
            clock: clock,
            logger: self.logger
        ) { [flusher] epoch in await flusher.setEpoch(epoch) }
    }

    private func publisher<C: Clock<Duration>>(clock: C) -> any Service {
        let flusher = self.flusher
        return ClosureService(run: { stop in
            while !stop.hasFired {
                await flusher.publishWaiting()
                await stop.wait(until: clock.now.advanced(by: .seconds(2)), on: clock)
            }
        })
    }

    /// Flushes on a period and when memory runs short, and once more at the end; then closes the log.
    ///
    /// A flush that failed is tried again soon: a disk that was full may have room by then.
    private func flushLoop<C: Clock<Duration>>(clock: C) -> any Service {
        ClosureService(run: { stop in
            var pause = self.config.flushPeriod
            while !stop.hasFired {
                await self.signals.wait(until: clock.now.advanced(by: pause), or: stop, on: clock)
                if stop.hasFired { break }
                let isDone = await self.flushOnce()
                pause = isDone ? self.config.flushPeriod : min(self.config.flushPeriod, Self.retryPause)
            }
            await self.flushOnce()
            await self.close()
        })
    }

    private static let retryPause = Duration.seconds(2)

    @discardableResult
    private func flushOnce() async -> Bool {
        do {
            try await self.flusher.flush()
            return true
        } catch {
            self.metrics.flushFailed()
            self.logger.error("flush failed, the log still holds everything", ["error": .error(error)])
            return false
        }
    }

    /// Writes what is queued for the log, ends the threads and gives the data folder free.
    package func close() async {
        self.isClosed.store(true, ordering: .releasing)
        await self.heads.close()
        self.readers.stop()
        self.disk.stop()
        self.debugFiles.close()
        self.lock.release()
    }
}

extension IngesterError {
    init(_ error: HeadStoreError) {
        switch error {
        case .unavailable(let reason): self = .unavailable(reason)
        // A record may have reached the disk before it failed: nobody may store it elsewhere too.
        case .failed: self = .deadlineExceeded
        case .closed: self = .unavailable("the ingester is shutting down")
        }
    }
}
