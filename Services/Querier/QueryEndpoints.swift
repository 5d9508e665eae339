// SPDX-License-Identifier: Apache-2.0
package import HTTPServer
package import ProfileModel
internal import ProtobufWire
package import RPC
internal import WireAPI

/// Whose data a request may see, and under which limits.
package struct QueryAccess: Sendable {
    package var tenant: TenantID
    package var limits: QueryLimits

    /// The right to ask for data of `tenant`.
    package init(tenant: TenantID, limits: QueryLimits = QueryLimits()) {
        self.tenant = tenant
        self.limits = limits
    }
}

/// The querier on the wire: `querier.v1.QuerierService` and `GET /pyroscope/render`.
package struct QueryEndpoints: Sendable {
    /// Finds the tenant of a request, or says why there is none.
    package typealias Admission = @Sendable (HTTPHeaders) async throws(ServiceError) -> QueryAccess

    private let service: QueryService
    private let admission: Admission
    private let now: @Sendable () -> Int64

    /// Endpoints over `service`; `now` gives milliseconds since 1970.
    package init(
        service: QueryService,
        now: @escaping @Sendable () -> Int64,
        admission: @escaping Admission
    ) {
        self.service = service
        self.admission = admission
        self.now = now
    }

    /// The rows for an `RPCRouter`.
    package var methods: [RPCMethod] {
        let service = self.service
        let path = "/querier.v1.QuerierService/"
        return [
            self.method(path + "ProfileTypes") { request, scope throws(QueryError) in
                try await service.profileTypes(request, scope)
            },
            self.method(path + "LabelNames") { request, scope throws(QueryError) in
                try await service.labelNames(request, scope)
            },
            self.method(path + "LabelValues") { request, scope throws(QueryError) in
                try await service.labelValues(request, scope)
            },
            self.method(path + "Series") { request, scope throws(QueryError) in
                try await service.series(request, scope)
            },
            self.method(path + "SelectMergeStacktraces") { request, scope throws(QueryError) in
                try await service.stacktraces(request, scope)
            },
            self.method(path + "SelectSeries") { request, scope throws(QueryError) in
                try await service.selectSeries(request, scope)
            },
        ]
    }

    /// Answers `GET /pyroscope/render`.
    package func render(_ request: HTTPRequest) async -> HTTPResponse {
        guard request.method == "GET" else { return HTTPResponse(status: 405) }
        do throws(ServiceError) {
            let scope = try await self.scope(request.headers, deadline: nil)
            do throws(QueryError) {
                let json = try await self.service.render(request.query, scope)
                let headers: HTTPHeaders = ["Content-Type": "application/json"]
                return HTTPResponse(status: 200, headers: headers, body: .bytes(json))
            } catch { throw ServiceError(error) }
        } catch { return error.connectResponse }
    }

    /// Runs `respond` so that gaps in its answer are told to the client, or turned into an error.
    ///
    /// An answer that lacks something carries `X-Hearth-Partial: true` and one `X-Hearth-Warning` per reason;
    /// with
    /// `?partial=deny`, or the header `X-Hearth-Partial: deny`, it is 503 instead (spec/storage 6.15).
    package static func reportingGaps(
        _ request: HTTPRequest,
        _ respond: () async -> HTTPResponse?
    ) async -> HTTPResponse? {
        let asked = request.query.split(separator: "&").contains("partial=deny")
        let report = PartialReport(isDenied: asked || request.headers["X-Hearth-Partial"] == "deny")
        guard var response = await PartialReport.$current.withValue(report, operation: respond) else {
            return nil
        }
        let warnings = report.warnings
        guard !warnings.isEmpty else { return response }
        response.headers.set("X-Hearth-Partial", "true")
        for warning in warnings {
            response.headers.append("X-Hearth-Warning", String(warning.map { Self.isPlain($0) ? $0 : "?" }))
        }
        return response
    }

    private func method<Request: Message, Answer: Message>(
        _ path: String,
        _ serve: @escaping @Sendable (Request, QueryScope) async throws(QueryError) -> Answer
    ) -> RPCMethod {
        RPCMethod(path) { (context: RPCContext, request: Request) async throws(ServiceError) -> Answer in
            let scope = try await self.scope(context.headers, deadline: context.deadline)
            do throws(QueryError) {
                return try await serve(request, scope)
            } catch { throw ServiceError(error) }
        }
    }

    private func scope(
        _ headers: HTTPHeaders,
        deadline: ContinuousClock.Instant?
    ) async throws(ServiceError) -> QueryScope {
        let access = try await self.admission(headers)
        return QueryScope(
            tenant: access.tenant,
            limits: access.limits,
            nowMilliseconds: self.now(),
            deadline: deadline,
            allowsUTF8LabelNames: ClientCapabilities(accept: headers.all("Accept")).allowsUTF8LabelNames,
            report: PartialReport.current ?? PartialReport()
        )
    }

    /// Whether a character may stand in a header.
    private static func isPlain(_ character: Character) -> Bool {
        character.isASCII && character >= " " && character != "\u{7F}"
    }
}

/// What a client says it understands, in parameters of its `Accept` header (spec/query 1.6); broken parts are
/// ignored.
struct ClientCapabilities {
    var allowsUTF8LabelNames = false

    init(accept: [String]) {
        for element in accept.flatMap({ $0.split(separator: ",") }) {
            for parameter in element.split(separator: ";").dropFirst() {
                let parts = parameter.split(separator: "=", maxSplits: 1).map { Self.trimmed($0) }
                guard parts.count == 2, parts[0].lowercased() == "allow-utf8-labelnames" else { continue }
                if parts[1] == "true" || parts[1] == "\"true\"" { self.allowsUTF8LabelNames = true }
            }
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let front = text.drop { $0 == " " || $0 == "\t" }
        return front.prefix(front.count - front.reversed().prefix { $0 == " " || $0 == "\t" }.count)
    }
}

extension ServiceError {
    /// The one place that decides how a failed query looks on the wire.
    package init(_ error: QueryError) {
        switch error {
        case .invalid(let text): self.init(.invalidArgument, text)
        case .unimplemented(let text): self.init(.unimplemented, text)
        case .unavailable(let text): self.init(.unavailable, text)
        case .deadlineExceeded:
            let advice = "decrease the duration of the request or add more label matchers"
            let detail = "(prefer exact match over regex match) to reduce the amount of data processed"
            self.init(.deadlineExceeded, "request timed out, \(advice) \(detail)")
        case .canceled: self = .canceled
        case .internal(let cause): self = .internal(cause)
        }
    }
}
