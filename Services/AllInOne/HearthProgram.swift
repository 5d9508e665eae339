// SPDX-License-Identifier: Apache-2.0
internal import CatalogStore
internal import ConfigSchema
internal import Distributor
internal import EventLog
internal import FoundationEssentials
internal import HTTPServer
internal import Ingester
internal import Querier
package import ServiceKit
internal import WireAPI

/// The executable `hearth`: every service in one process, with direct calls in place of HTTP.
package enum HearthProgram {
    /// Runs until a signal or a failure; the result is the status of the process.
    package static func main() async -> Int32 {
        await ServiceProgram(
            name: "hearth",
            summary: "Continuous profiling in one process: takes profiles, keeps them, shows them.",
            schema: HearthConfig.schema,
            defaults: HearthConfig(),
            process: \.process,
            assemble: { config, runtime in try await Self.assemble(config, runtime).services }
        ).main()
    }

    /// Opens the data folder and makes the services in the order in which they start, the listener among
    /// them.
    package static func assemble(
        _ config: HearthConfig,
        _ runtime: ProcessRuntime
    ) async throws -> (services: [ServiceGroup<ContinuousClock>.Entry], listener: HTTPService) {
        try FileManager.default.createDirectory(
            atPath: config.ingester.dataPath,
            withIntermediateDirectories: true
        )
        let catalog = try await openCatalog(url: config.catalog, logger: runtime.log.logger("catalog"))
        let failure = StopSignal()
        let ingester = try await Ingester.open(
            config.ingester,
            Ingester.Surroundings(
                catalog: catalog,
                logger: runtime.log.logger("ingester"),
                metrics: runtime.registry,
                nanoseconds: { EventLog.systemMilliseconds() * 1_000_000 },
                failed: { _ in failure.fire() }
            )
        )
        let (limits, watch) = runtime.limits(config.limits, config.overrides, catalog: catalog)
        let http = Self.listener(config, runtime, limits, catalog, ingester)
        let address = "127.0.0.1:\(config.process.listenPort)"
        let logger = runtime.log.logger("main")
        let welcome = ClosureService(start: {
            let port = http.server.boundPort.map(Int.init) ?? config.process.listenPort
            logger.info("ready: open the page, send profiles", ["url": .string("http://localhost:\(port)")])
        })
        let services = ingester.services(clock: ContinuousClock(), address: address)
        let rest: [ServiceGroup<ContinuousClock>.Entry] = [
            .init("log-watch", LogWatch(failure: failure)), .init("limits", watch), .init("http", http),
            .init("welcome", welcome),
        ]
        return (services + rest, http)
    }

    private static func listener(
        _ config: HearthConfig,
        _ runtime: ProcessRuntime,
        _ limits: TenantLimitsTable,
        _ catalog: any Catalog,
        _ ingester: Ingester
    ) -> HTTPService {
        let writes = DistributorFront(
            sink: ingester,
            tenancy: config.tenancy,
            limits: limits,
            registry: runtime.registry,
            logger: runtime.log.logger("distributor"),
            clock: ContinuousClock(),
            nanoseconds: { EventLog.systemMilliseconds() * 1_000_000 },
            debugFiles: DebugFileEndpoint(
                config: config.debugFiles,
                vault: ingester.debugFiles,
                catalog: catalog,
                tenancy: config.tenancy,
                logger: runtime.log.logger("debug-info"),
                nanoseconds: { EventLog.systemMilliseconds() * 1_000_000 }
            )
        )
        let member = SourceMember(name: ingester.instance, source: ingester)
        let reads = QuerierFront(
            sources: SourceFanOut(
                concurrencyMax: config.querier.concurrencyMax,
                timeout: config.querier.timeout,
                members: { _, _ in [member] }
            ),
            catalog: catalog,
            tenancy: config.tenancy,
            limits: limits,
            symbolCacheByteCount: config.querier.symbolCacheByteCount,
            logger: runtime.log.logger("query"),
            milliseconds: EventLog.systemMilliseconds
        )
        return runtime.listener(
            config.process,
            routes: writes.routes + reads.routes + LimitsRoutes(limits, tenancy: config.tenancy).routes,
            mounts: writes.mounts + reads.mounts
        )
    }
}
