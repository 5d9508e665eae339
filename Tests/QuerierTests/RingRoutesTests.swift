// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import EventLog
import Exposition
import HTTPServer
import Querier
import ServiceKit
import Support
import Testing

@Suite struct RingRoutesTests {
    @Test func showsInstancesAsAPageAndAsJSON() async throws {
        let folder = try TemporaryFolder()
        let catalog = try await openCatalog(url: "sqlite:\(folder.path)/catalog.sqlite")
        _ = try await catalog.register(
            InstanceRegistration(instance: "a<b>\"", address: "10.0.0.1:4040", zone: "z", roles: ["ingester"])
        )
        let table = RouteTable(
            routes: RingRoutes(catalog).routes,
            registry: MetricRegistry(),
            logger: .silent
        )
        for path in ["/ring", "/ring-segment-writer", "/distributor/ring", "/overrides-exporter/ring"] {
            let page = await table.respond(to: Setting.request("GET", path))
            #expect(page.status == 200)
            #expect(page.headers["Content-Type"] == "text/html")
            #expect(
                Self.text(page).contains("<td>a&lt;b&gt;&quot;</td><td>ACTIVE</td><td>10.0.0.1:4040</td>")
            )
            let headers: HTTPHeaders = ["Accept": "application/json"]
            let json = await table.respond(to: Setting.request("GET", path, headers: headers))
            #expect(json.headers["Content-Type"] == "application/json")
            #expect(
                Self.text(json).hasPrefix(
                    #"{"shards":[{"id":"a<b>\"","state":"ACTIVE","address":"10.0.0.1:4040","#
                )
            )
        }
    }

    private static func text(_ response: HTTPResponse) -> String {
        guard case .bytes(let bytes) = response.body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}
