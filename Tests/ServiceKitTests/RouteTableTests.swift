// SPDX-License-Identifier: Apache-2.0
import Compression
import EventLog
import Exposition
import HTTPServer
import RPC
import ServiceKit
import Testing

@Suite struct RouteTableTests {
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
            authority: "test",
            remoteAddress: "127.0.0.1:1",
            declaredLength: body.count,
            body: BufferedBody(body)
        )
    }

    static func text(_ response: HTTPResponse) -> String {
        guard case .bytes(let bytes) = response.body else { return "a stream" }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func answer(_ text: String) -> Route.Handler {
        { request in HTTPResponse(status: 200, contentType: "text/plain", text: "\(text) \(request.target)") }
    }

    private static func table(registry: MetricRegistry = MetricRegistry(), requestCountMax: Int = 10)
        -> RouteTable
    {
        RouteTable(
            routes: [
                .get("/ready", isUrgent: true, Self.answer("ready")),
                .post("/ingest", Self.answer("ingest")),
                .get("/both", Self.answer("get")), .post("/both", Self.answer("post")),
                Route("GET", .prefix("/assets/"), handler: Self.answer("asset")),
            ],
            mounts: [
                (nil, { $0.path == "/push.v1.PusherService/Push" ? await Self.answer("rpc")($0) : nil }),
                ("ui", { $0.path == "/" ? await Self.answer("page")($0) : nil }),
            ],
            registry: registry,
            logger: .silent,
            requestCountMax: requestCountMax
        )
    }

    @Test(arguments: [
        ("GET", "/ready", "ready /ready"), ("HEAD", "/ready", "ready /ready"),
        ("POST", "/ingest?name=a%2Fb", "ingest /ingest?name=a%2Fb"), ("POST", "//ingest", "ingest //ingest"),
        ("POST", "/in%67est", "ingest /in%67est"), ("GET", "/assets/a/b.js", "asset /assets/a/b.js"),
        ("POST", "/both", "post /both"),
        ("POST", "/push.v1.PusherService/Push", "rpc /push.v1.PusherService/Push"),
        ("GET", "/", "page /"),
    ])
    func findsWhoAnswers(method: String, target: String, text: String) async {
        let response = await Self.table().respond(to: Self.request(method, target))
        #expect(response.status == 200)
        #expect(Self.text(response) == text)
    }

    @Test func refusesOtherMethods() async {
        let response = await Self.table().respond(to: Self.request("DELETE", "/both"))
        #expect(response.status == 405)
        #expect(response.headers["Allow"] == "GET, POST")
        #expect(Self.text(response).isEmpty)
    }

    @Test func answersUnknownPathsAsTheGoServerDoes() async {
        for target in ["/nope", "/ingest/", "/in%2567est", "/push.v1.PusherService/Pull", "/%2e%2e/ingest"] {
            let response = await Self.table().respond(to: Self.request("POST", target))
            #expect(response.status == 404)
            #expect(response.headers["Content-Type"] == "text/plain; charset=utf-8")
            #expect(response.headers["X-Content-Type-Options"] == "nosniff")
            #expect(Self.text(response) == "404 page not found\n")
        }
        let response = await Self.table().respond(to: Self.request("GET", "/api/v1/nope"))
        #expect(response.headers["Content-Type"] == "application/json")
        #expect(Self.text(response) == #"{"code":5, "message":"Not Found", "details":[]}"#)
    }

    @Test(arguments: ["/%", "/%zz", "/%00", "/%ff"])
    func refusesPathsThatCannotBeDecoded(target: String) async {
        let response = await Self.table().respond(to: Self.request("GET", target))
        #expect(response.status == 400)
    }

    @Test func measuresByRouteWithPyroscopesNames() async {
        let registry = MetricRegistry()
        let table = Self.table(registry: registry)
        for (method, target) in [
            ("POST", "/ingest"), ("POST", "/push.v1.PusherService/Push"), ("GET", "/"), ("BREW", "/nope"),
            ("GET", "/also/nope"),
        ] {
            _ = await table.respond(to: Self.request(method, target, body: [1]))
        }
        let page = registry.render()
        for labels in [
            #"method="POST",route="ingest",status_code="200",ws="false""#,
            #"method="POST",route="push_v1_pusherservice_push",status_code="200",ws="false""#,
            #"method="GET",route="ui",status_code="200",ws="false""#,
            #"method="other",route="other",status_code="404",ws="false""#,
            #"method="GET",route="other",status_code="404",ws="false""#,
        ] {
            #expect(page.contains("pyroscope_request_duration_seconds_count{\(labels)} 1\n"), "\(labels)")
        }
        #expect(page.contains(#"pyroscope_request_message_bytes_sum{method="POST",route="ingest"} 1"#))
    }

    @Test func shedsWhatIsTooMuchButNotProbes() async {
        let registry = MetricRegistry()
        let table = Self.table(registry: registry, requestCountMax: 0)
        for target in ["/ingest", "/push.v1.PusherService/Push"] {
            let response = await table.respond(to: Self.request("POST", target))
            #expect(response.status == 503)
            #expect(response.headers["Retry-After"].flatMap(Int.init).map { (1...10).contains($0) } == true)
            #expect(Self.text(response).hasPrefix(#"{"code":"unavailable","message":"too many requests"#))
        }
        #expect(await table.respond(to: Self.request("GET", "/ready")).status == 200)
        #expect(registry.render().contains("pyroscope_load_shed_total{resource=\"requests\"} 2\n"))
    }

    /// A body of four bytes fits, one of six does not; what was held is given back with the answer.
    @Test func bodiesInFlightHoldNoMoreThanTheirBudget() async {
        let table = RouteTable(
            routes: [
                .post("/length") { request in
                    do throws(HTTPBodyError) {
                        let count = try await request.collectBody(limit: 100).count
                        return HTTPResponse(status: 200, contentType: "text/plain", text: "\(count)")
                    } catch {
                        return ServiceError(error).plainResponse
                    }
                }
            ],
            registry: MetricRegistry(),
            logger: .silent,
            bodyByteCountMax: 5
        )
        for _ in 0..<3 {
            let fits = await table.respond(to: Self.request("POST", "/length", body: [1, 2, 3, 4]))
            #expect(Self.text(fits) == "4")
            let tooMuch = await table.respond(to: Self.request("POST", "/length", body: [1, 2, 3, 4, 5, 6]))
            #expect(tooMuch.status == 503)
            #expect(tooMuch.headers["Retry-After"] != nil)
            #expect(Self.text(tooMuch).contains("requests in flight hold 5 bytes, the limit"))
        }
    }
}

@Suite struct ResponseGzipTests {
    private static func respond(
        accept: String?,
        contentType: String = "application/json",
        byteCount: Int = 10_000,
        encoding: String? = nil
    ) async -> HTTPResponse {
        let table = RouteTable(
            routes: [
                .get("/") { _ in
                    var response = HTTPResponse(
                        status: 200,
                        contentType: contentType,
                        text: String(repeating: "a", count: byteCount)
                    )
                    if let encoding { response.headers.set("Content-Encoding", encoding) }
                    return response
                }
            ],
            registry: MetricRegistry(),
            logger: .silent
        )
        let headers: HTTPHeaders = accept.map { ["Accept-Encoding": $0] } ?? [:]
        return await table.respond(to: RouteTableTests.request("GET", "/", headers: headers))
    }

    @Test(arguments: ["gzip", "deflate, gzip;q=0.5", "GZIP", "*", "br, *;q=0.1", " x-gzip "])
    func compressesForThoseWhoTakeIt(accept: String) async throws {
        let response = await Self.respond(accept: accept)
        #expect(response.headers["Content-Encoding"] == "gzip")
        #expect(response.headers["Vary"] == "Accept-Encoding")
        guard case .bytes(let body) = response.body else {
            Issue.record("a stream")
            return
        }
        var inflater = GzipInflater()
        #expect(
            try inflater.inflate(body.span, limit: 20_000)
                == Array(repeating: UInt8(ascii: "a"), count: 10_000)
        )
    }

    @Test(arguments: [nil, "", "identity", "gzip;q=0", "*;q=0", "gzip; q=0, *", "gzipped", "br"])
    func leavesTheBodyToOthers(accept: String?) async {
        let response = await Self.respond(accept: accept)
        #expect(response.headers["Content-Encoding"] == nil)
        #expect(response.headers["Vary"] == "Accept-Encoding")
        #expect(RouteTableTests.text(response).utf8.count == 10_000)
    }

    @Test func leavesAloneWhatGainsNothing() async {
        #expect(await Self.respond(accept: "gzip", byteCount: 1_000).headers["Content-Encoding"] == nil)
        #expect(
            await Self.respond(accept: "gzip", contentType: "image/png").headers["Content-Encoding"] == nil
        )
        #expect(
            await Self.respond(accept: "gzip", contentType: "application/grpc").headers["Content-Encoding"]
                == nil
        )
        #expect(await Self.respond(accept: "gzip", encoding: "zstd").headers["Content-Encoding"] == "zstd")
    }
}

@Suite struct QueryItemsTests {
    @Test func decodesOnceAndKeepsOrder() throws {
        let items = try QueryItems("a=1&b=x+y%2B&a=2&&empty=&flag&c=%2525")
        #expect(items["a"] == "1")
        #expect(items.all("a") == ["1", "2"])
        #expect(items["b"] == "x y+")
        #expect(items["empty"] == "")
        #expect(items.nonEmpty("empty") == nil)
        #expect(items["flag"] == "")
        #expect(items["c"] == "%25")
        #expect(items["none"] == nil)
        #expect(items.pairs.count == 6)
    }

    @Test(arguments: [
        ("a;b=c", "invalid semicolon separator in query"), ("a=%zz", "invalid URL escape \"%zz\""),
        ("a=%4", "invalid URL escape \"%4\""), ("a=b%", "invalid URL escape \"%\""),
        (String(repeating: "a&", count: 1_001), "more than 1000 query parameters"),
    ])
    func refusesInTheWordsOfTheGoServer(query: String, message: String) {
        do throws(ServiceError) {
            _ = try QueryItems(of: RouteTableTests.request("GET", "/x?\(query)"))
            Issue.record("accepted")
        } catch {
            #expect(error.message == message)
            #expect(error.code == .invalidArgument)
        }
    }
}
