// SPDX-License-Identifier: Apache-2.0
internal import CatalogStore
package import ConfigSchema
internal import EventLog
internal import Exposition
internal import HTTPServer
package import ServiceKit

/// Configuration of the executable `hearth-ingester`.
package struct IngesterProcessConfig: Sendable, Equatable {
    package var process = ProcessConfig()
    package var ingester = IngesterConfig()
    package var catalogURL = ""

    /// The defaults.
    package init() {}

    /// The keys.
    package static let schema = Schema<IngesterProcessConfig>([
        ProcessConfig.schema.nested(at: \.process),
        IngesterConfig.schema.nested(at: \.ingester),
        .clusterCatalog(at: \.catalogURL),
    ])
}

/// The executable `hearth-ingester`.
package enum IngesterProgram {
    /// Runs until a signal or a failure; the result is the status of the process.
    package static func main() async -> Int32 {
        await ServiceProgram(
            name: "hearth-ingester",
            summary: "Holds profiles: write-ahead log, heads, blocks; answers queriers for what it holds.",
            schema: IngesterProcessConfig.schema,
            defaults: IngesterProcessConfig(),
            process: \.process,
            assemble: Self.assemble
        ).main()
    }

    private static func assemble(
        _ config: IngesterProcessConfig,
        _ runtime: ProcessRuntime
    ) async throws -> [ServiceGroup<ContinuousClock>.Entry] {
        let clock = ContinuousClock()
        let failure = StopSignal()
        let ingester = try await Ingester.open(
            config.ingester,
            Ingester.Surroundings(
                catalog: try await openCatalog(url: config.catalogURL, logger: runtime.log.logger("catalog")),
                logger: runtime.log.logger("ingester"),
                metrics: runtime.registry,
                nanoseconds: { EventLog.systemMilliseconds() * 1_000_000 },
                failed: { _ in failure.fire() }
            )
        )
        let http = runtime.listener(
            config.process,
            routes: IngesterRoutes(sink: ingester, source: ingester).routes
                + DebugFileRoutes(ingester.debugFiles).routes
        )
        let host = config.process.listenAddress.isEmpty ? "127.0.0.1" : config.process.listenAddress
        return ingester.services(clock: clock, address: "\(host):\(config.process.listenPort)") + [
            .init("log-watch", LogWatch(failure: failure)), .init("http", http),
        ]
    }
}

/// Ends the process when the write-ahead log has failed: what the kernel dropped cannot be known, a restart
/// replays.
package struct LogWatch: Service {
    /// The log's failure.
    struct LogFailed: Error {}

    private let failure: StopSignal

    /// Watches `failure`, which the ingester's surroundings fire.
    package init(failure: StopSignal) { self.failure = failure }

    /// Throws when the log has failed.
    package func run(until stop: StopSignal) async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await stop.wait() }
            group.addTask { await self.failure.wait() }
            await group.next()
            group.cancelAll()
        }
        if self.failure.hasFired { throw LogFailed() }
    }
}
