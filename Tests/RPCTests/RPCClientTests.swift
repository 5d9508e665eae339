// SPDX-License-Identifier: Apache-2.0
import HTTPClient
import HTTPServer
import RPC
import Testing

/// Client and router with the real server and the real client between them.
@Suite struct RPCClientTests {
    private struct Handler: HTTPHandler {
        func respond(to request: HTTPRequest) async -> HTTPResponse {
            await EchoService.router.respond(to: request)
                ?? HTTPResponse(status: 404, contentType: "text/plain", text: "404 page not found\n")
        }
    }

    private static func withServer(_ body: (RPCClient) async throws -> Void) async throws {
        let configuration = HTTPServerConfiguration(host: "127.0.0.1", port: 0)
        let server = HTTPServer(configuration: configuration, handler: Handler())
        try server.start()
        let port = try #require(server.boundPort)
        let http = try HTTPClient()
        try await body(RPCClient(http: http, address: "http://127.0.0.1:\(port)"))
        http.shutDown()
        await server.drain(grace: .seconds(1))
    }

    @Test func callsGoThroughBothEnds() async throws {
        try await Self.withServer { client in
            for text in ["", "hello", String(repeating: "long ", count: 1_500)] {
                let answer: EchoAnswer = try await client.call(EchoService.path, EchoService.message(text))
                #expect(answer.text == text)
            }
        }
    }

    @Test func errorsKeepTheirCodeAndText() async throws {
        try await Self.withServer { client in
            let error = await Self.failure(of: client, path: EchoService.path, code: 5)
            #expect(error?.code == .notFound && error?.message == "told so: 100% é")
            let unavailable = await Self.failure(of: client, path: EchoService.path, code: 14)
            #expect(unavailable?.code == .unavailable && unavailable?.retryAfterSeconds == 5)
            let missing = await Self.failure(of: client, path: "/echo.v1.EchoService/Nope", code: 0)
            #expect(missing?.code == .unimplemented)
        }
    }

    @Test func theDeadlineEndsTheCall() async throws {
        try await Self.withServer { client in
            let path = EchoService.hangPath
            let error = await Self.failure(of: client, path: path, code: 0, timeout: .milliseconds(30))
            #expect(error?.code == .deadlineExceeded)
        }
    }

    @Test func nobodyListeningIsUnavailable() async throws {
        let client = RPCClient(http: try HTTPClient(), address: "http://127.0.0.1:1")
        #expect(await Self.failure(of: client, path: EchoService.path, code: 0)?.code == .unavailable)
    }

    private static func failure(
        of client: RPCClient,
        path: String,
        code: Int32,
        timeout: Duration = .seconds(60)
    ) async -> ServiceError? {
        do throws(ServiceError) {
            let _: EchoAnswer = try await client.call(
                path,
                EchoService.message("", code: code),
                timeout: timeout
            )
            return nil
        } catch { return error }
    }
}
