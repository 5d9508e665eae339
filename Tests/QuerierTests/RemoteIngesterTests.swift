// SPDX-License-Identifier: Apache-2.0
import EventLog
import Exposition
import HTTPClient
import HTTPServer
import ProfileModel
import Querier
import RPC
import ServiceKit
import Testing
import WireAPI

/// A querier that reaches its sources over a real socket.
@Suite struct RemoteIngesterTests {
    private static let samples = [
        Setting.sample("a;é", 5, labels: [Label("pod", "p\"1")], sampleLabels: [Label("endpoint", "/x")]),
        Setting.sample("a", 2, service: "web", at: Setting.start + 15_000),
        Setting.sample("other", -3, type: Setting.heap, at: Setting.start + 20_000),
    ]

    @Test func answersAreTheSameAsInProcess() async throws {
        let symbols = SymbolTable()
        let source = MemorySource(Self.samples, symbols: symbols, warnings: ["block lost"])
        try await withServer(Self.routes(source)) { address in
            let remote = IngesterClient(http: try HTTPClient(), address: "http://\(address)")
            let near = Setting([source], symbols: symbols)
            let far = Setting([remote], symbols: symbols)
            try await Self.compare(near, far)
        }
    }

    private static func compare(_ near: Setting, _ far: Setting) async throws {
        for selector in ["{}", #"{pod="p\"1"}"#, #"{service_name=~"w.*",endpoint!="/x"}"#, #"{"é"="x"}"#] {
            var stacktraces = Setting.stacktracesRequest()
            stacktraces.labelSelector = selector
            let expected = try await near.service.stacktraces(stacktraces, near.scope)
            #expect(try await far.service.stacktraces(stacktraces, far.scope) == expected)
            var series = Setting.seriesRequest(step: 15, groupBy: ["endpoint", "pod", "__type__"])
            series.labelSelector = selector
            let sums = try await near.service.selectSeries(series, near.scope)
            #expect(try await far.service.selectSeries(series, far.scope) == sums)
            var sets = QuerierV1.SeriesRequest()
            (sets.start, sets.end, sets.matchers) = (Setting.start, Setting.start + 60_000, [selector])
            let labels = try await near.service.series(sets, near.scope)
            #expect(try await far.service.series(sets, far.scope) == labels)
        }
        #expect(far.scope.report.warnings == ["ingester-0: block lost"])
        #expect(near.scope.report.warnings == far.scope.report.warnings)
    }

    @Test(arguments: [
        (IngesterError.unavailable("replaying"), "unavailable(\"replaying\")"),
        (.deadlineExceeded, "deadlineExceeded"),
        (.internal("secret"), "internal"),
    ])
    func failuresKeepTheirMeaning(failure: IngesterError, text: String) async throws {
        let answer = try await withServer(Self.routes(MemorySource(failure: failure))) { address in
            try await Self.failure(at: address)
        }
        #expect(answer.hasPrefix(text))
    }

    @Test func nobodyThereIsUnavailable() async throws {
        #expect(try await Self.failure(at: "127.0.0.1:1") == "unavailable(\"out of reach\")")
    }

    @Test func garbageIsAnInternalError() async throws {
        let garbage = Route.post(SourceRequest.stacktracesPath) { _ in
            HTTPResponse(status: 200, contentType: "application/x-hearth-partial", text: "garbage")
        }
        let answer = try await withServer([garbage]) { try await Self.failure(at: $0) }
        #expect(answer.contains("malformed answer"))
    }

    /// What a query over one remote ingester fails with.
    private static func failure(at address: String) async throws -> String {
        let setting = Setting([IngesterClient(http: try HTTPClient(), address: "http://\(address)")])
        return await fault { () async throws(QueryError) in
            try await setting.service.stacktraces(Setting.stacktracesRequest(), setting.scope)
        }
    }

    /// The side of the ingester, made of the same encodings.
    private static func routes(_ source: MemorySource) -> [Route] {
        [
            .post(SourceRequest.stacktracesPath) { request in
                await Self.answer(request) { question throws(IngesterError) in
                    try await source.stacktraces(tenant: question.tenant, query: question.query).encoded()
                }
            },
            .post(SourceRequest.totalsPath) { request in
                await Self.answer(request) { question throws(IngesterError) in
                    try await source.totals(
                        tenant: question.tenant,
                        query: question.query,
                        groupBy: question.groupBy
                    ).encoded()
                }
            },
            .post(SourceRequest.seriesPath) { request in
                await Self.answer(request) { question throws(IngesterError) in
                    try await source.series(tenant: question.tenant, query: question.query).encoded()
                }
            },
        ]
    }

    private static func answer(
        _ request: HTTPRequest,
        _ ask: (SourceRequest) async throws(IngesterError) -> [UInt8]
    ) async -> HTTPResponse {
        do {
            let body = try await request.collectBody(limit: 1 << 20)
            let question = try SourceRequest(decoding: body.span)
            do throws(IngesterError) {
                return HTTPResponse(status: 200, body: .bytes(try await ask(question)))
            } catch {
                switch error {
                case .unavailable(let reason): return ServiceError(.unavailable, reason).plainResponse
                case .deadlineExceeded: return ServiceError.deadlineExceeded.plainResponse
                case .internal: return ServiceError(.internal, "internal error").plainResponse
                }
            }
        } catch { return HTTPResponse(status: 400) }
    }
}

/// Runs `body` against a listener on a port of its own.
func withServer<T>(_ routes: [Route], _ body: (String) async throws -> T) async throws -> T {
    let table = RouteTable(routes: routes, registry: MetricRegistry(), logger: .silent)
    let server = HTTPServer(
        configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0),
        handler: table
    )
    try server.start()
    let outcome: Result<T, any Error>
    do {
        outcome = .success(try await body("127.0.0.1:\(server.boundPort ?? 0)"))
    } catch { outcome = .failure(error) }
    await server.drain(grace: .zero)
    return try outcome.get()
}
