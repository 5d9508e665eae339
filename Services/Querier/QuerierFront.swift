// SPDX-License-Identifier: Apache-2.0
package import CatalogStore
internal import HTTPServer
internal import ProfileModel
internal import RPC
package import ServiceKit
internal import WebUI

/// Everything a querier answers to clients: the query API, `/pyroscope/render`, and the web page.
package struct QuerierFront: Sendable {
    private let endpoints: QueryEndpoints
    private let router: RPCRouter
    private let assets = WebAssets()

    /// Bytes of a query's request, which is small.
    private static let bodyByteCountMax = 4 << 20

    /// Joins the ring's members, the symbol store and the tenants' limits.
    package init(
        sources: SourceFanOut,
        catalog: any Catalog,
        tenancy: Tenancy,
        limits: TenantLimitsTable,
        milliseconds: @escaping @Sendable () -> Int64
    ) {
        let symbols = SymbolNames { tenant, ids in try await catalog.functionNames(tenant: tenant, ids: ids) }
        self.endpoints = QueryEndpoints(
            service: QueryService(sources: sources, symbols: symbols),
            now: milliseconds
        ) { headers throws(ServiceError) in
            do throws(TenancyError) {
                let tenant = try tenancy.tenant(of: headers)
                return QueryAccess(tenant: tenant, limits: QueryLimits(limits.limits(of: tenant)))
            } catch {
                throw ServiceError(error)
            }
        }
        self.router = RPCRouter(
            methods: self.endpoints.methods,
            limits: RPCRouter.Limits(
                bodyByteCountMax: Self.bodyByteCountMax,
                messageByteCountMax: Self.bodyByteCountMax
            )
        )
    }

    /// Routes of plain HTTP.
    package var routes: [Route] {
        let endpoints = self.endpoints
        return [
            .get("/pyroscope/render") { request in
                await QueryEndpoints.reportingGaps(request) { await endpoints.render(request) }
                    ?? HTTPResponse(status: 404)
            }
        ]
    }

    /// The RPCs and the page, asked when no route matches.
    package var mounts: [(name: String?, respond: RouteTable.Mount)] {
        let (router, assets) = (self.router, self.assets)
        return [
            (
                nil,
                { request in
                    await QueryEndpoints.reportingGaps(request) { await router.respond(to: request) }
                }
            ),
            (
                "page",
                { request in
                    request.method == "GET" || request.method == "HEAD" ? assets.respond(to: request) : nil
                }
            ),
        ]
    }
}

extension QueryLimits {
    /// The part of a tenant's limits that queries know.
    init(_ limits: TenantLimits) {
        self.init()
        self.lengthMax = limits.queryLengthMax
        self.lookback = limits.queryLookbackMax
        self.nodeCountDefault = Int64(limits.flameGraphNodeCountDefault)
        self.nodeCountMax = Int64(limits.flameGraphNodeCountMax)
    }
}
