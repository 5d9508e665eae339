// SPDX-License-Identifier: Apache-2.0
internal import CatalogStore
package import ConfigSchema
internal import EventLog
internal import Exposition
internal import HTTPClient
internal import ProfileModel
package import ServiceKit
internal import WireAPI

/// Configuration of the executable `hearth-querier`.
package struct QuerierProcessConfig: Sendable, Equatable {
    package var process = ProcessConfig()
    package var tenancy = Tenancy()
    package var limits = TenantLimits()
    package var overrides = LimitsConfig()
    package var querier = QuerierConfig()
    package var catalogURL = ""

    /// The defaults.
    package init() {}

    /// The keys.
    package static let schema = Schema<QuerierProcessConfig>([
        ProcessConfig.schema.nested(at: \.process),
        Tenancy.schema.nested(at: \.tenancy),
        TenantLimits.schema.nested(at: \.limits),
        LimitsConfig.schema.nested(at: \.overrides),
        QuerierConfig.schema.nested(at: \.querier),
        .clusterCatalog(at: \.catalogURL),
    ])
}

/// The executable `hearth-querier`.
package enum QuerierProgram {
    /// A machine that is gone must not delay every query.
    private static let connectTimeout = Duration.seconds(1)

    /// Runs until a signal or a failure; the result is the status of the process.
    package static func main() async -> Int32 {
        await ServiceProgram(
            name: "hearth-querier",
            summary: "Answers queries: asks the ingesters, adds up, renders; serves the web page.",
            schema: QuerierProcessConfig.schema,
            defaults: QuerierProcessConfig(),
            process: \.process,
            assemble: Self.assemble
        ).main()
    }

    private static func assemble(
        _ config: QuerierProcessConfig,
        _ runtime: ProcessRuntime
    ) async throws -> [ServiceGroup<ContinuousClock>.Entry] {
        let catalog = try await openCatalog(url: config.catalogURL, logger: runtime.log.logger("catalog"))
        var clientConfiguration = HTTPClientConfiguration()
        clientConfiguration.connectTimeout = Self.connectTimeout
        let client = try HTTPClient(clientConfiguration)
        let timeout = config.querier.timeout
        let ingesterLimits = IngesterClient.Limits(queryTimeout: timeout)
        let ring = RingSources(RingSources.Lookups(catalog), logger: runtime.log.logger("ring")) { address in
            IngesterClient(http: client, address: "http://\(address)", limits: ingesterLimits)
        }
        runtime.readiness.add("ring") { ring.isReady ? nil : "not read yet" }
        let (limits, watch) = runtime.limits(config.limits, config.overrides, catalog: catalog)
        let front = QuerierFront(
            sources: SourceFanOut(
                concurrencyMax: config.querier.concurrencyMax,
                timeout: timeout,
                members: { tenant, range in try await ring.members(tenant: tenant, range: range) }
            ),
            catalog: catalog,
            tenancy: config.tenancy,
            limits: limits,
            symbolCacheByteCount: config.querier.symbolCacheByteCount,
            logger: runtime.log.logger("query"),
            milliseconds: EventLog.systemMilliseconds
        )
        let shown = LimitsRoutes(limits, tenancy: config.tenancy).routes
        let http = runtime.listener(config.process, routes: front.routes + shown, mounts: front.mounts)
        return [.init("ring", ring), .init("limits", watch), .init("http", http)]
    }
}
