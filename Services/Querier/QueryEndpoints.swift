// SPDX-License-Identifier: Apache-2.0
package import EventLog
internal import HTTPServer
internal import ProfileModel
internal import ProtobufWire
package import RPC
package import ServiceKit
internal import WireAPI

/// The querier on the wire: `querier.v1.QuerierService` and the routes under `/pyroscope`.
package struct QueryEndpoints: Sendable {
    let service: QueryService
    let tenancy: Tenancy
    let limits: TenantLimitsTable
    private let logger: Logger
    private let inFlight = RequestsInFlight()
    let now: @Sendable () -> Int64

    /// Endpoints over `service`; `now` gives milliseconds since 1970, `logger` hears of faults of ours.
    package init(
        service: QueryService,
        tenancy: Tenancy,
        limits: TenantLimitsTable,
        logger: Logger = .silent,
        now: @escaping @Sendable () -> Int64
    ) {
        self.service = service
        self.tenancy = tenancy
        self.limits = limits
        self.logger = logger
        self.now = now
    }

    /// `router` with gaps in its answers reported; it may serve other services as well.
    package static func mount(_ router: RPCRouter) -> RouteTable.Mount {
        { request in await Self.reportingGaps(request) { await router.respond(to: request) } }
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
            self.method(path + "SelectMergeProfile") { request, scope throws(QueryError) in
                try await service.profile(request, scope)
            },
            self.method(path + "SelectMergeSpanProfile") { request, scope throws(QueryError) in
                try await service.spanProfile(request, scope)
            },
            self.method(path + "Diff") { request, scope throws(QueryError) in
                try await service.diff(request, scope)
            },
            self.method(path + "SelectSeries") { request, scope throws(QueryError) in
                try await service.selectSeries(request, scope)
            },
            self.method(path + "SelectHeatmap") { request, scope throws(QueryError) in
                try await service.selectHeatmap(request, scope)
            },
            self.method(path + "GetProfileStats") { request, scope throws(QueryError) in
                try await service.profileStats(request, scope)
            },
            self.method(path + "AnalyzeQuery") { request, scope throws(QueryError) in
                try await service.analyzeQuery(request, scope)
            },
        ]
    }

    /// Runs `respond` so that gaps in its answer are told to the client, or turned into an error.
    ///
    /// An answer that lacks something carries `X-Hearth-Partial: true` and one `X-Hearth-Warning` per reason;
    /// with
    /// `?partial=deny`, or the header `X-Hearth-Partial: deny`, it is 503 instead (spec/storage 6.15).
    static func reportingGaps(
        _ request: HTTPRequest,
        _ respond: () async -> HTTPResponse
    ) async -> HTTPResponse {
        let report = self.report(for: request)
        let response = await PartialReport.$current.withValue(report, operation: respond)
        return self.marked(response, report)
    }

    private static func reportingGaps(
        _ request: HTTPRequest,
        _ respond: () async -> HTTPResponse?
    ) async -> HTTPResponse? {
        let report = self.report(for: request)
        let response = await PartialReport.$current.withValue(report, operation: respond)
        return response.map { self.marked($0, report) }
    }

    private static func report(for request: HTTPRequest) -> PartialReport {
        let isDenied = request.query.split(separator: "&").contains("partial=deny")
        return PartialReport(isDenied: isDenied || request.headers["X-Hearth-Partial"] == "deny")
    }

    private static func marked(_ response: HTTPResponse, _ report: PartialReport) -> HTTPResponse {
        let warnings = report.warnings
        guard !warnings.isEmpty else { return response }
        var response = response
        response.headers.set("X-Hearth-Partial", "true")
        if let missing = report.missing {
            // As queries write their ranges, in milliseconds.
            let (first, last) = (missing.first / 1_000_000, missing.last / 1_000_000)
            response.headers.set("X-Hearth-Missing-Range", "\(first)-\(last)")
        }
        for warning in warnings {
            let plain = String(warning.map { Self.isPlain($0) ? $0 : "?" })
            response.headers.append("X-Hearth-Warning", plain)
        }
        return response
    }

    private func method<Request: Message, Answer: Message>(
        _ path: String,
        _ serve: @escaping @Sendable (Request, QueryScope) async throws(QueryError) -> Answer
    ) -> RPCMethod {
        RPCMethod(path) { (context: RPCContext, request: Request) async throws(ServiceError) -> Answer in
            let scope = try self.scope(context.headers, deadline: context.deadline)
            return try await self.counted(scope) { () async throws(QueryError) in
                try await serve(request, scope)
            }
        }
    }

    /// Runs a query in one of its tenant's places.
    package func counted<Answer>(
        _ scope: QueryScope,
        _ run: () async throws(QueryError) -> Answer
    ) async throws(ServiceError) -> Answer {
        let countMax = scope.limits.concurrencyMax
        guard self.inFlight.enter(scope.tenant, countMax: countMax) else {
            let text = "\(countMax) queries of this tenant are under way, the limit (max_concurrent_queries)"
            throw ServiceError(.resourceExhausted, text, retryAfterSeconds: 1)
        }
        defer { self.inFlight.leave(scope.tenant) }
        do throws(QueryError) {
            return try await run()
        } catch { throw self.noted(error) }
    }

    /// What the client is told; the cause of a fault of ours goes to the log only.
    func noted(_ error: QueryError) -> ServiceError {
        if case .internal(let cause) = error { self.logger.error("query failed", ["error": .error(cause)]) }
        return ServiceError(error)
    }

    /// What surrounds a query over RPC; a request without a usable tenant is unauthenticated.
    private func scope(
        _ headers: HTTPHeaders,
        deadline: ContinuousClock.Instant?
    ) throws(ServiceError) -> QueryScope {
        do throws(TenancyError) {
            return self.scope(try self.tenancy.tenants(of: headers), headers, deadline: deadline)
        } catch { throw ServiceError(error) }
    }

    /// What surrounds a query of `tenants`, which are one at least.
    func scope(
        _ tenants: [TenantID],
        _ headers: HTTPHeaders,
        deadline: ContinuousClock.Instant?
    ) -> QueryScope {
        QueryScope(
            tenant: tenants.first ?? .anonymous,
            otherTenants: Array(tenants.dropFirst()),
            limits: QueryLimits(tenants.map { QueryLimits(self.limits.limits(of: $0)) }),
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
