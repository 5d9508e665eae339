// SPDX-License-Identifier: Apache-2.0
package import CatalogStore
package import EventLog
internal import HTTPServer
internal import RPC
package import ServiceKit
internal import WebUI

/// Everything a querier answers to clients: the query API, `/pyroscope/render`, the services beside it, and
/// the web page.
package struct QuerierFront: Sendable {
    private let endpoints: QueryEndpoints
    private let router: RPCRouter
    private let uploads: RPCRouter
    private let ring: RingRoutes
    private let assets = WebAssets()

    /// Requests are small, whatever their answers are.
    private static let bodyByteCountMax = 4 << 20

    /// Joins the ring's members, the symbol store and the tenants' limits; `logger` hears of faults of ours.
    package init(
        sources: SourceFanOut,
        catalog: any Catalog,
        tenancy: Tenancy,
        limits: TenantLimitsTable,
        symbolCacheByteCount: Int = QuerierConfig().symbolCacheByteCount,
        logger: Logger = .silent,
        milliseconds: @escaping @Sendable () -> Int64
    ) {
        let symbols = SymbolNames(byteCountMax: symbolCacheByteCount) { tenant, ids in
            try await catalog.functionNames(tenant: tenant, ids: ids)
        }
        self.endpoints = QueryEndpoints(
            service: QueryService(sources: sources, symbols: symbols),
            tenancy: tenancy,
            limits: limits,
            logger: logger,
            now: milliseconds
        )
        let side = SideEndpoints(
            catalog: catalog,
            tenancy: tenancy,
            limits: limits,
            logger: logger,
            now: milliseconds
        )
        self.ring = RingRoutes(catalog)
        self.uploads = RPCRouter(
            methods: side.adHocMethods,
            limits: RPCRouter.Limits(
                bodyByteCountMax: SideEndpoints.uploadByteCountMax,
                messageByteCountMax: SideEndpoints.uploadByteCountMax
            )
        )
        self.router = RPCRouter(
            methods: self.endpoints.methods + side.methods,
            limits: RPCRouter.Limits(
                bodyByteCountMax: Self.bodyByteCountMax,
                messageByteCountMax: Self.bodyByteCountMax
            )
        )
    }

    /// Routes of plain HTTP.
    package var routes: [Route] { self.endpoints.routes + self.ring.routes }

    /// The RPCs and the page, asked when no route matches.
    package var mounts: [(name: String?, respond: RouteTable.Mount)] {
        let (assets, uploads) = (self.assets, self.uploads)
        return [
            (nil, QueryEndpoints.mount(self.router)), (nil, uploads.respond(to:)),
            (
                "page",
                { request in
                    request.method == "GET" || request.method == "HEAD" ? assets.respond(to: request) : nil
                }
            ),
        ]
    }
}
