// SPDX-License-Identifier: Apache-2.0
internal import ConfigSchema
internal import HTTPServer
internal import ProfileModel
internal import RPC

/// Shows the limits that are in force (spec/ingest 8.1).
package struct LimitsRoutes: Sendable {
    private let table: TenantLimitsTable
    private let tenancy: Tenancy

    /// Routes over the limits of one process.
    package init(_ table: TenantLimitsTable, tenancy: Tenancy) {
        self.table = table
        self.tenancy = tenancy
    }

    /// The routes, for a `RouteTable`.
    package var routes: [Route] {
        [
            .get("/api/v1/tenant_limits") { request in
                do throws(TenancyError) {
                    return self.limits(of: try self.tenancy.tenant(of: request.headers))
                } catch {
                    return ServiceError(error).plainResponse
                }
            },
            .get("/runtime_config") { _ in
                HTTPResponse(status: 200, contentType: "text/plain; charset=utf-8", text: self.overrides)
            },
        ]
    }

    /// All limits of one tenant by name.
    private func limits(of tenant: TenantID) -> HTTPResponse {
        let fields = self.table.limits(of: tenant).entries.map { name, value in
            "\(YAMLNode.quoted(name)):\(Self.json(value))"
        }
        let text = "{" + fields.joined(separator: ",") + "}\n"
        return HTTPResponse(status: 200, contentType: "application/json", text: text)
    }

    /// What differs from the limits of everybody, as a file of overrides.
    private var overrides: String {
        let defaults = Dictionary(
            uniqueKeysWithValues: self.table.defaults.entries.map { ($0.name, $0.value) }
        )
        var text = ""
        for (tenant, limits) in self.table.overrides.sorted(by: { $0.key < $1.key }) {
            let own = limits.entries.filter { defaults[$0.name] != $0.value }
            guard !own.isEmpty else { continue }
            text += "  \(YAMLNode.quoted(tenant.description)):\n"
            for (name, value) in own { text += "    \(name): \(Self.json(value))\n" }
        }
        return text.isEmpty ? "overrides: {}\n" : "overrides:\n\(text)"
    }

    /// A value as JSON: structures as they are, everything else as a number, a boolean or a text.
    private static func json(_ value: String) -> String {
        guard !value.isEmpty else { return "null" }
        do throws(YAMLError) {
            return try YAMLNode.parse(Array(value.utf8)).json
        } catch {
            return YAMLNode.quoted(value)
        }
    }
}
