// SPDX-License-Identifier: Apache-2.0
package import EventLog
package import Exposition
internal import HTTPServer
internal import ProfileModel
internal import RPC
package import ServiceKit
package import WireAPI

/// Everything a distributor answers to clients: Push in every transport, `/ingest`, OTLP profiles, files with
/// debug information.
package struct DistributorFront: Sendable {
    private let intake: Intake
    private let tenancy: Tenancy
    private let router: RPCRouter
    private let debugFiles: DebugFileEndpoint?
    private let delay: ArtificialDelay

    /// Writes go to `sink`, under the tenants' limits.
    ///
    /// The limits of one message are those of the default tenant: a body is read before its tenant's are
    /// known.
    package init<C: Clock<Duration>>(
        sink: any ProfileSink,
        tenancy: Tenancy,
        limits: TenantLimitsTable,
        registry: MetricRegistry,
        logger: Logger,
        clock: C,
        nanoseconds: @escaping @Sendable () -> Int64,
        distributorCount: @escaping @Sendable () -> Int = { 1 },
        debugFiles: DebugFileEndpoint? = nil
    ) {
        self.tenancy = tenancy
        self.debugFiles = debugFiles
        self.delay = ArtificialDelay(limits: limits, tenancy: tenancy)
        self.intake = Intake(
            sink: sink,
            limits: limits,
            rate: TenantRateLimiter(clock: clock, shareCount: distributorCount),
            metrics: DistributorMetrics(registry),
            logger: logger,
            nanoseconds: nanoseconds
        )
        let defaults = limits.defaults
        self.router = RPCRouter(
            methods: PushEndpoint(intake: self.intake, tenancy: tenancy).methods + [
                ExportEndpoint(intake: self.intake, tenancy: tenancy).method
            ] + (debugFiles?.methods ?? []),
            limits: RPCRouter.Limits(
                bodyByteCountMax: defaults.bodyByteCountMax ?? .max,
                messageByteCountMax: max(defaults.inflatedBodyByteCountMax, defaults.bodyByteCountMax ?? 0)
            )
        )
    }

    /// Routes of plain HTTP.
    package var routes: [Route] {
        let router = self.router
        let exports = ExportEndpoint(intake: self.intake, tenancy: self.tenancy).routes { request in
            await router.respond(to: request)
        }
        let all = IngestEndpoint(intake: self.intake, tenancy: self.tenancy).routes + exports
        return all.map(self.delay.delaying) + (self.debugFiles?.routes ?? [])
    }

    /// The RPCs, asked when no route matches.
    package var mounts: [(name: String?, respond: RouteTable.Mount)] {
        let (router, delay) = (self.router, self.delay)
        return [
            (
                nil,
                { request in
                    let start = ContinuousClock.now
                    guard let response = await router.respond(to: request) else { return nil }
                    return await delay.apply(to: response, of: request, since: start)
                }
            )
        ]
    }
}
