// SPDX-License-Identifier: Apache-2.0
import EventLog
import Exposition
import HTTPServer
import ProfileModel
import Querier
import RPC
import ServiceKit
import WireAPI

/// A querier over sources in memory, with a clock that stands still.
struct Setting {
    static let cpu = ProfileType(
        name: "process_cpu",
        sampleType: "cpu",
        sampleUnit: "nanoseconds",
        periodType: "cpu",
        periodUnit: "nanoseconds"
    )
    static let heap = ProfileType(
        name: "memory",
        sampleType: "inuse_space",
        sampleUnit: "bytes",
        periodType: "space",
        periodUnit: "bytes"
    )
    /// 2026-11-24T12:00:00Z, the start of all data.
    static let start: Int64 = 1_795_521_600_000

    let service: QueryService
    let endpoints: QueryEndpoints
    let scope: QueryScope

    init(
        _ sources: [any ProfileSource],
        symbols: SymbolTable = SymbolTable(),
        limits: QueryLimits = Self.limits,
        timeout: Duration = .seconds(30),
        now: Int64 = Self.start + 600_000,
        isPartialDenied: Bool = false
    ) {
        let members = sources.enumerated().map {
            SourceMember(name: "ingester-\($0.offset)", source: $0.element)
        }
        self.service = QueryService(
            sources: SourceFanOut(concurrencyMax: 2, timeout: timeout) { _, _ in members },
            symbols: SymbolNames { _, ids in symbols.names(ids) }
        )
        self.scope = QueryScope(
            tenant: .anonymous,
            limits: limits,
            nowMilliseconds: now,
            report: PartialReport(isDenied: isPartialDenied)
        )
        var tenantLimits = TenantLimits()
        tenantLimits.queryLengthMax = limits.lengthMax
        self.endpoints = QueryEndpoints(
            service: self.service,
            tenancy: Tenancy(),
            limits: TenantLimitsTable(tenantLimits),
            now: { now }
        )
    }

    /// The limits of the recorded server.
    static var limits: QueryLimits {
        var limits = QueryLimits()
        limits.lengthMax = .seconds(86_400)
        return limits
    }

    /// Answers a request as the process would: RPC or plain HTTP.
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let router = RPCRouter(
            methods: self.endpoints.methods,
            limits: RPCRouter.Limits(bodyByteCountMax: 1 << 20, messageByteCountMax: 1 << 20)
        )
        let table = RouteTable(
            routes: self.endpoints.routes,
            mounts: [("rpc", QueryEndpoints.mount(router))],
            registry: MetricRegistry(),
            logger: .silent
        )
        return await table.respond(to: request)
    }

    static func request(
        _ method: String,
        _ target: String,
        headers: HTTPHeaders = [:],
        body: [UInt8] = []
    ) -> HTTPRequest {
        HTTPRequest(
            method: method,
            target: target,
            version: .http11,
            headers: headers,
            authority: "localhost",
            remoteAddress: "127.0.0.1:1",
            declaredLength: body.count,
            body: BufferedBody(body)
        )
    }

    /// A CPU sample of a service.
    static func sample(
        _ stack: String,
        _ value: Int64,
        service: String = "api",
        labels: [Label] = [],
        sampleLabels: [Label] = [],
        type: ProfileType = Self.cpu,
        at milliseconds: Int64 = Self.start
    ) -> MemorySample {
        MemorySample(
            labels: [Label("__name__", type.name), Label("service_name", service)] + labels,
            sampleLabels: sampleLabels,
            type: type,
            milliseconds: milliseconds,
            stack: stack.split(separator: ";").map(String.init),
            value: value
        )
    }

    static func stacktracesRequest(maxNodes: Int64? = nil) -> QuerierV1.SelectMergeStacktracesRequest {
        var request = QuerierV1.SelectMergeStacktracesRequest()
        request.profileTypeID = Self.cpu.description
        request.labelSelector = "{}"
        request.start = Self.start
        request.end = Self.start + 300_000
        request.maxNodes = maxNodes
        return request
    }

    static func seriesRequest(step: Double, groupBy: [String] = []) -> QuerierV1.SelectSeriesRequest {
        var request = QuerierV1.SelectSeriesRequest()
        request.profileTypeID = Self.cpu.description
        request.labelSelector = "{}"
        request.start = Self.start
        request.end = Self.start + 300_000
        request.step = step
        request.groupBy = groupBy
        return request
    }
}

/// What a call threw, as text; empty when it did not.
func fault<T>(_ body: () async throws(QueryError) -> T) async -> String {
    do throws(QueryError) {
        _ = try await body()
        return ""
    } catch { return "\(error)" }
}
