// SPDX-License-Identifier: Apache-2.0
internal import HTTPServer
internal import ProfileModel
internal import ProtobufWire
internal import RPC
package import ServiceKit
internal import WireAPI

extension QueryEndpoints {
    /// The routes that are no RPC.
    package var routes: [Route] {
        [
            .get("/pyroscope/render") { request in
                await Self.reportingGaps(request) { await self.render(request) }
            },
            .get("/pyroscope/render-diff") { request in
                await Self.reportingGaps(request) { await self.renderDiff(request) }
            },
            .get("/pyroscope/label-values") { request in
                await Self.reportingGaps(request) { await self.labelValues(request) }
            },
        ]
    }

    private static let hourMilliseconds: Int64 = 3_600_000

    private func render(_ request: HTTPRequest) async -> HTTPResponse {
        await self.answer(request) { items throws(ServiceError) in
            guard items["format"] != "dot" else {
                throw ServiceError(.unimplemented, "this version serves format json only")
            }
            let scope = try self.plainScope(request)
            return try await self.counted(scope) { () async throws(QueryError) in
                try await self.service.render(items, scope)
            }
        }
    }

    private func renderDiff(_ request: HTTPRequest) async -> HTTPResponse {
        await self.answer(request) { items throws(ServiceError) in
            let scope = try self.plainScope(request)
            return try await self.counted(scope) { () async throws(QueryError) in
                try await self.service.renderDiff(items, scope)
            }
        }
    }

    /// The values of one label within the last hour; of `__name__`, the types of profiles (spec/query 6.6).
    private func labelValues(_ request: HTTPRequest) async -> HTTPResponse {
        await self.answer(request) { items throws(ServiceError) in
            guard let label = items.nonEmpty("label") else {
                throw ServiceError(.invalidArgument, "label parameter is required")
            }
            let scope = try self.plainScope(request)
            return try await self.counted(scope) { () async throws(QueryError) in
                Self.json(try await self.values(of: label, scope))
            }
        }
    }

    private func values(of label: String, _ scope: QueryScope) async throws(QueryError) -> [String] {
        guard label != LabelName.profileName else {
            let types = try await self.service.profileTypes(QuerierV1.ProfileTypesRequest(), scope)
            return types.profileTypes.map(\.id)
        }
        var request = TypesV1.LabelValuesRequest()
        request.name = label
        request.end = scope.nowMilliseconds
        request.start = scope.nowMilliseconds - Self.hourMilliseconds
        return try await self.service.labelValues(request, scope).names
    }

    /// The JSON that `body` makes; a request without tenant is refused before its parameters are looked at.
    private func answer(
        _ request: HTTPRequest,
        _ body: (QueryItems) async throws(ServiceError) -> [UInt8]
    ) async -> HTTPResponse {
        guard !self.lacksTenant(request) else { return ServiceError(TenancyError.missing).plainResponse }
        do throws(ServiceError) {
            let json = try await body(try QueryItems(of: request))
            let headers: HTTPHeaders = ["Content-Type": "application/json"]
            return HTTPResponse(status: 200, headers: headers, body: .bytes(json))
        } catch { return error.connectResponse }
    }

    private func lacksTenant(_ request: HTTPRequest) -> Bool {
        self.tenancy.isMultiTenant && request.headers.all("X-Scope-OrgID").allSatisfy(\.isEmpty)
    }

    /// As for an RPC, but a tenant that cannot be read is a bad request here (spec/query 0).
    private func plainScope(_ request: HTTPRequest) throws(ServiceError) -> QueryScope {
        do throws(TenancyError) {
            return self.scope(try self.tenancy.tenants(of: request.headers), request.headers, deadline: nil)
        } catch {
            let isReadable = error.code != .unauthenticated
            throw isReadable ? ServiceError(error) : ServiceError(.invalidArgument, error.message)
        }
    }

    /// An array of texts, `null` when there is none, as the Go server writes it.
    private static func json(_ texts: [String]) -> [UInt8] {
        guard !texts.isEmpty else { return Array("null\n".utf8) }
        var writer = JSONWriter()
        for (index, text) in texts.enumerated() {
            writer.byte(UInt8(ascii: index == 0 ? "[" : ","))
            writer.text(text)
        }
        writer.byte(UInt8(ascii: "]"))
        writer.byte(0x0A)
        return writer.bytes
    }
}
