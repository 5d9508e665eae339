// SPDX-License-Identifier: Apache-2.0
import FlameGraph
import HTTPClient
import HTTPServer
import LabelSelector
import ProfileColumns
import ProfileModel
import Testing
import WireAPI

/// The client against a server that answers as an ingester would, or does not.
@Suite struct IngesterClientTests {
    /// Answers by path and by the name of the tenant or service that is asked for.
    private struct Handler: HTTPHandler {
        func respond(to request: HTTPRequest) async -> HTTPResponse {
            let answer: [UInt8]
            do {
                let body = try await request.collectBody(limit: 1 << 20)
                switch String(request.path) {
                case AppendFrames.path:
                    let profiles = try AppendFrames.decode(body.span)
                    answer = AppendOutcomes.encode(profiles.map { $0.payload.isEmpty ? .empty : .stored })
                case SourceRequest.stacktracesPath:
                    guard try SourceRequest(decoding: body.span).tenant.description == "full" else {
                        let text = #"{"code":"unavailable","message":"starting"}"#
                        return HTTPResponse(status: 503, contentType: "application/json", text: text)
                    }
                    answer = Partial([FunctionTree()], warnings: ["replay"]).encoded()
                case SourceRequest.seriesPath:
                    return HTTPResponse(status: 504)
                case SourceRequest.totalsPath:
                    let groupBy = try SourceRequest(decoding: body.span).groupBy
                    let labels = LabelSet(groupBy.map { Label($0, "x") })
                    answer = Partial([LabeledTotals(labels: labels, totals: [])]).encoded()
                default: return HTTPResponse(status: 404)
                }
            } catch { return HTTPResponse(status: 400, contentType: "text/plain", text: "\(error)") }
            return HTTPResponse(status: 200, body: .bytes(answer))
        }
    }

    private static func withClient(_ body: (IngesterClient) async throws -> Void) async throws {
        let configuration = HTTPServerConfiguration(host: "127.0.0.1", port: 0)
        let server = HTTPServer(configuration: configuration, handler: Handler())
        try server.start()
        let port = try #require(server.boundPort)
        let http = try HTTPClient()
        try await body(IngesterClient(http: http, address: "http://127.0.0.1:\(port)"))
        http.shutDown()
        await server.drain(grace: .seconds(1))
    }

    private static let query = ProfileQuery(
        selector: LabelSelector(),
        type: PartialAnswerTests.cpu,
        range: .all
    )

    @Test func appendsAreAnsweredInOrder() async throws {
        try await Self.withClient { client in
            let profiles = [[1], [], [2, 3]].map { payload in
                IncomingProfile(
                    tenant: .anonymous,
                    labels: LabelSet([Label("service_name", "api")]),
                    uid: ProfileUID(high: 1, low: 2),
                    receivedNanoseconds: 3,
                    origin: .push,
                    limits: ProfileLimits(),
                    payload: payload
                )
            }
            let outcomes = try await client.append(profiles)
            #expect(outcomes == [.stored, .empty, .stored])
        }
    }

    @Test func questionsAndAnswersArrive() async throws {
        try await Self.withClient { client in
            let trees = try await client.stacktraces(tenant: try TenantID(parsing: "full"), query: Self.query)
            #expect(trees.answer.count == 1 && trees.warnings == ["replay"])
            let totals = try await client.totals(tenant: .anonymous, query: Self.query, groupBy: ["pod"])
            #expect(totals.answer.first?.labels == LabelSet([Label("pod", "x")]))
        }
    }

    @Test func failuresSayWhatToDoNext() async throws {
        try await Self.withClient { client in
            await #expect(throws: IngesterError.unavailable("starting")) {
                try await client.stacktraces(tenant: .anonymous, query: Self.query)
            }
            await #expect(throws: IngesterError.deadlineExceeded) {
                try await client.series(tenant: .anonymous, query: Self.query)
            }
        }
        let nobody = IngesterClient(http: try HTTPClient(), address: "http://127.0.0.1:1")
        await #expect(throws: IngesterError.unavailable("ingester: connectFailed")) {
            try await nobody.append([])
        }
    }
}
