// SPDX-License-Identifier: Apache-2.0
package import CatalogStore
internal import HTTPServer
internal import ProtobufWire
internal import RPC
package import ServiceKit

/// The pages of the ring: who takes profiles, in which state; HTML, or JSON where `Accept` asks for it.
package struct RingRoutes: Sendable {
    private let catalog: any Catalog

    /// Pages about the instances in `catalog`.
    package init(_ catalog: any Catalog) { self.catalog = catalog }

    /// One ring serves all purposes: each of the real server's paths shows it.
    package var routes: [Route] {
        ["/ring", "/ring-segment-writer", "/distributor/ring", "/overrides-exporter/ring"].map { path in
            .get(path) { request in await self.page(request) }
        }
    }

    private func page(_ request: HTTPRequest) async -> HTTPResponse {
        let instances: [InstanceRecord]
        do throws(CatalogError) {
            instances = try await self.catalog.instances()
        } catch {
            return ServiceError(.unavailable, "the catalogue is out of reach", cause: error).textResponse
        }
        let wantsJSON = request.headers.all("Accept").contains { $0.contains("application/json") }
        return wantsJSON
            ? HTTPResponse(status: 200, contentType: "application/json", text: Self.json(instances))
            : HTTPResponse(status: 200, contentType: "text/html", text: Self.html(instances))
    }

    private static func json(_ instances: [InstanceRecord]) -> String {
        let shards = instances.map { one in
            let registration = one.registration
            return """
                {"id":\(Self.quoted(registration.instance)),"state":\(Self.quoted(Self.name(one.state))),\
                "address":\(Self.quoted(registration.address)),"zone":\(Self.quoted(registration.zone)),\
                "heartbeat_age_seconds":\(one.heartbeatAge.components.seconds),"epoch":\(one.epoch)}
                """
        }
        return "{\"shards\":[\(shards.joined(separator: ","))]}\n"
    }

    private static func html(_ instances: [InstanceRecord]) -> String {
        let rows = instances.map { one in
            let cells = [
                one.registration.instance, Self.name(one.state), one.registration.address,
                one.registration.zone, "\(one.heartbeatAge.components.seconds) s", "\(one.epoch)",
            ]
            return "<tr>" + cells.map { "<td>\(Self.escaped($0))</td>" }.joined() + "</tr>\n"
        }
        let heads = ["Instance", "State", "Address", "Zone", "Last heartbeat", "Epoch"]
        return """
            <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Ring</title></head><body>
            <h1>Ring</h1><table><thead><tr>\(heads.map { "<th>\($0)</th>" }.joined())</tr></thead><tbody>
            \(rows.joined())</tbody></table></body></html>

            """
    }

    /// As operators know it from other rings.
    private static func name(_ state: InstanceState) -> String { "\(state)".uppercased() }

    private static func quoted(_ text: String) -> String {
        var writer = JSONWriter()
        writer.text(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
