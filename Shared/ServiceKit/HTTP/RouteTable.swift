// SPDX-License-Identifier: Apache-2.0
package import EventLog
package import Exposition
package import HTTPServer
internal import RPC
internal import Synchronization

/// The front door of a process: finds who answers, measures, compresses, and sheds what is too much.
package struct RouteTable: HTTPHandler {
    /// Asked in order when no route matches; nil means "not mine".
    package typealias Mount = @Sendable (HTTPRequest) async -> HTTPResponse?

    private let routes: [Route]
    private let mounts: [(name: String?, respond: Mount)]
    private let metrics: RequestMetrics
    private let logger: Logger
    private let running = RunningRequests()
    private let requestCountMax: Int
    private let bodies: MemoryBudget

    /// A table of `routes`, then of `mounts`.
    ///
    /// A mount without name is measured by path: its paths must be few. Bodies of the requests in flight
    /// hold at most `bodyByteCountMax` bytes together.
    package init(
        routes: [Route],
        mounts: [(name: String?, respond: Mount)] = [],
        registry: MetricRegistry,
        logger: Logger,
        requestCountMax: Int = 2_000,
        bodyByteCountMax: Int = 256 << 20
    ) {
        self.routes = routes
        self.mounts = mounts
        self.metrics = RequestMetrics(registry)
        self.logger = logger
        self.requestCountMax = requestCountMax
        self.bodies = MemoryBudget(byteLimit: bodyByteCountMax)
    }

    /// Answers one request.
    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        let started = ContinuousClock.now
        let count = self.running.enter()
        defer { self.running.leave() }
        self.metrics.inflight.set(count)
        let path = Self.normalized(request.path)
        let isFull = count > self.requestCountMax
        var (route, response) = await self.answer(self.budgeted(request), path, isFull: isFull)
        ResponseGzip.apply(to: &response, accepted: request.headers["Accept-Encoding"])
        self.measure(request, route: route, response, ContinuousClock.now - started)
        return response
    }

    /// What reads no body costs nothing here.
    private func budgeted(_ request: HTTPRequest) -> HTTPRequest {
        guard request.method != "GET", request.method != "HEAD" else { return request }
        return request.reading(BudgetedBody(request.body, budget: self.bodies))
    }

    private func answer(
        _ request: HTTPRequest,
        _ path: String?,
        isFull: Bool
    ) async -> (route: String, response: HTTPResponse) {
        guard let path else {
            let error = ServiceError(.invalidArgument, "the path cannot be decoded")
            return ("other", error.plainResponse)
        }
        let method = request.method == "HEAD" ? "GET" : request.method
        let matching = self.routes.filter { $0.pattern.matches(path) }
        if let route = matching.first(where: { $0.method == method }) {
            if isFull, !route.isUrgent { return (route.name, self.shed()) }
            return (route.name, await route.handler(request))
        }
        if let route = matching.first, route.pattern.isExclusive {
            let allowed = Set(matching.map(\.method)).sorted().joined(separator: ", ")
            return (route.name, HTTPResponse(status: 405, headers: ["Allow": allowed]))
        }
        if isFull { return ("other", self.shed()) }
        for mount in self.mounts {
            if let response = await mount.respond(request) {
                return (mount.name ?? Route.label(path), response)
            }
        }
        return ("other", Self.notFound(path))
    }

    private func shed() -> HTTPResponse {
        self.metrics.shed.increment()
        let reason = "too many requests in flight: the limit is \(self.requestCountMax) (err-overloaded)"
        var error = ServiceError(.unavailable, reason)
        error.retryAfterSeconds = Int.random(in: 1...10)
        return error.plainResponse
    }

    private func measure(_ request: HTTPRequest, route: String, _ response: HTTPResponse, _ took: Duration) {
        // The client is gone: nobody saw the status, and it is no failure of ours.
        let status = Task.isCancelled ? 499 : response.status
        self.metrics.observe(request, route: route, status: status, response, took)
        self.logger.debug(
            "request",
            [
                "method": .string(request.method), "route": .string(route), "status": .int(status),
                "took": .duration(took), "peer": .string(request.remoteAddress),
            ]
        )
    }

    /// The decoded path with runs of slashes as one: SDKs behind a base path send `//ingest`.
    private static func normalized(_ path: Substring) -> String? {
        guard let decoded = RequestPath.decode(path) else { return nil }
        guard decoded.contains("//") else { return decoded }
        return "/" + decoded.split(separator: "/").joined(separator: "/")
            + (decoded.hasSuffix("/") ? "/" : "")
    }

    /// What the Go server answers where nothing is.
    private static func notFound(_ path: String) -> HTTPResponse {
        guard !path.hasPrefix("/api/") else {
            let body = #"{"code":5, "message":"Not Found", "details":[]}"#
            return HTTPResponse(status: 404, contentType: "application/json", text: body)
        }
        var response = HTTPResponse(
            status: 404,
            contentType: "text/plain; charset=utf-8",
            text: "404 page not found\n"
        )
        response.headers.set("X-Content-Type-Options", "nosniff")
        return response
    }
}

/// Counts the requests under way.
private final class RunningRequests: Sendable {
    private let count = Atomic(0)

    func enter() -> Int { self.count.wrappingAdd(1, ordering: .relaxed).newValue }

    func leave() { self.count.wrappingSubtract(1, ordering: .relaxed) }
}
