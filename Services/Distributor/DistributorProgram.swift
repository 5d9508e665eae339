// SPDX-License-Identifier: Apache-2.0
internal import CatalogStore
package import ConfigSchema
internal import EventLog
internal import FoundationEssentials
internal import HTTPClient
internal import Ring
package import ServiceKit

/// Configuration of the executable `hearth-distributor`.
package struct DistributorProcessConfig: Sendable, Equatable {
    package var process = ProcessConfig()
    package var tenancy = Tenancy()
    package var limits = TenantLimits()
    package var debugFiles = DebugFileConfig()
    package var overrides = LimitsConfig()
    package var catalogURL = ""

    /// The defaults.
    package init() {}

    /// The keys.
    package static let schema = Schema<DistributorProcessConfig>([
        ProcessConfig.schema.nested(at: \.process),
        Tenancy.schema.nested(at: \.tenancy),
        TenantLimits.schema.nested(at: \.limits),
        DebugFileConfig.schema.nested(at: \.debugFiles),
        LimitsConfig.schema.nested(at: \.overrides),
        .clusterCatalog(at: \.catalogURL),
    ])
}

/// The executable `hearth-distributor`.
package enum DistributorProgram {
    /// Runs until a signal or a failure; the result is the status of the process.
    package static func main() async -> Int32 {
        await ServiceProgram(
            name: "hearth-distributor",
            summary: "Takes profiles from clients and routes them to ingesters.",
            schema: DistributorProcessConfig.schema,
            defaults: DistributorProcessConfig(),
            process: \.process,
            assemble: Self.assemble
        ).main()
    }

    private static func assemble(
        _ config: DistributorProcessConfig,
        _ runtime: ProcessRuntime
    ) async throws -> [ServiceGroup<ContinuousClock>.Entry] {
        let catalog = try await openCatalog(url: config.catalogURL, logger: runtime.log.logger("catalog"))
        let ring = RingWatch(catalog: catalog, logger: runtime.log.logger("ring"))
        let client = try HTTPClient()
        let (limits, watch) = runtime.limits(config.limits, config.overrides, catalog: catalog)
        runtime.readiness.add("ring") { ring.writers.isEmpty ? "no ingester is in the ring" : nil }
        let front = DistributorFront(
            sink: RingSink(ring: ring, http: client),
            tenancy: config.tenancy,
            limits: limits,
            registry: runtime.registry,
            logger: runtime.log.logger("distributor"),
            clock: ContinuousClock(),
            nanoseconds: { EventLog.systemMilliseconds() * 1_000_000 },
            distributorCount: { ring.distributorCount },
            debugFiles: DebugFileEndpoint(
                config: config.debugFiles,
                vault: RingDebugFiles(ring: ring, http: client),
                catalog: catalog,
                tenancy: config.tenancy,
                logger: runtime.log.logger("debug-info"),
                nanoseconds: { EventLog.systemMilliseconds() * 1_000_000 }
            )
        )
        let shown = LimitsRoutes(limits, tenancy: config.tenancy).routes
        let http = runtime.listener(config.process, routes: front.routes + shown, mounts: front.mounts)
        let membership = RingMembership(
            catalog: catalog,
            registration: Self.registration(config.process),
            period: RingHealth.heartbeatPeriod,
            clock: ContinuousClock(),
            logger: runtime.log.logger("ring")
        )
        return [
            .init("ring", ring), .init("limits", watch), .init("membership", membership), .init("http", http),
        ]
    }

    /// Nobody calls a distributor: the others only count it, to share the tenants' rates.
    private static func registration(_ process: ProcessConfig) -> InstanceRegistration {
        let host = ProcessInfo.processInfo.hostName
        // On a port that the system chooses only the process tells two of a machine apart.
        let isChosen = process.listenPort == 0
        let own = isChosen ? "0/\(ProcessInfo.processInfo.processIdentifier)" : "\(process.listenPort)"
        let address = "\(host):\(own)"
        return InstanceRegistration(
            instance: "distributor/\(address)",
            address: address,
            zone: "",
            roles: ["distributor"]
        )
    }
}
