// SPDX-License-Identifier: Apache-2.0
import HTTPClient
import HTTPServer
import Testing

/// Our client against our server: over HTTP/1.1 and HTTP/2 the same answers.
@Suite(.timeLimit(.minutes(1))) struct ClientServerTests {
    private struct Echo: HTTPHandler {
        func respond(to request: HTTPRequest) async -> HTTPResponse {
            do throws(HTTPBodyError) {
                let body = try await request.collectBody(limit: 1 << 24)
                let headers: HTTPHeaders = ["X-Method": request.method, "X-Version": "\(request.version)"]
                return HTTPResponse(
                    status: 200,
                    headers: headers,
                    body: .bytes(body),
                    trailers: request.version == .http11 ? ["X-Count": "\(body.count)"] : [:]
                )
            } catch {
                return HTTPResponse(status: 400)
            }
        }
    }

    /// Runs `body` with a client and the address of a server.
    private static func withServer(
        _ version: HTTPClientConfiguration.Version,
        _ body: (HTTPClient, String) async throws -> Void
    ) async throws {
        let server = HTTPServer(
            configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0),
            handler: Echo()
        )
        try server.start()
        var configuration = HTTPClientConfiguration()
        configuration.version = version
        let client = try HTTPClient(configuration)
        let port = try #require(server.boundPort)
        try await body(client, "http://127.0.0.1:\(port)")
        client.shutDown()
        await server.drain(grace: .seconds(1))
    }

    @Test(arguments: [
        (HTTPClientConfiguration.Version.http11, "http11"), (.http2, "http2"),
    ])
    func carriesBodiesOfEverySize(version: HTTPClientConfiguration.Version, name: String) async throws {
        try await Self.withServer(version) { client, base in
            for byteCount in [0, 1, 1_000, 70_000, 5_000_000] {
                let body = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 7) }
                let response = try await client.send(
                    ClientRequest(method: "POST", url: "\(base)/a", body: body)
                )
                #expect(response.status == 200)
                #expect(response.body == body)
                #expect(response.header("x-version") == name)
            }
            let get = try await client.send(ClientRequest(url: base + "/"))
            #expect(get.header("X-Method") == "GET")
        }
    }

    @Test func readsTrailers() async throws {
        try await Self.withServer(.http11) { client, base in
            let response = try await client.send(ClientRequest(method: "POST", url: base, body: [1, 2, 3]))
            #expect(response.trailer("x-count") == "3")
        }
    }

    @Test(arguments: [HTTPClientConfiguration.Version.http11, .http2])
    func sendsManyAtOnce(version: HTTPClientConfiguration.Version) async throws {
        try await Self.withServer(version) { client, base in
            let equalCount = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<400 {
                    group.addTask {
                        let body = Array("body \(number)".utf8)
                        let request = ClientRequest(method: "POST", url: "\(base)/\(number)", body: body)
                        return try await client.send(request).body == body
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(equalCount == 400)
        }
    }
}
