// SPDX-License-Identifier: Apache-2.0
import HTTPClient
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPClientTests {
    private static func client() throws -> HTTPClient { try HTTPClient() }

    private static func send(_ path: String, limit: Int = 1 << 20, timeout: Duration = .seconds(10))
        async throws
        -> ClientResponse
    {
        let url = HostileListener.shared.url(path)
        return try await Self.client().send(
            ClientRequest(url: url, timeout: timeout, responseByteLimit: limit)
        )
    }

    @Test func sendsABodyAndReadsTheAnswer() async throws {
        let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
        let response = try await Self.client().send(
            ClientRequest(method: "POST", url: HostileListener.shared.url("/echo"), body: body)
        )
        #expect(response.status == 200)
        #expect(response.body == body)
        #expect(response.header("content-length") == "300000")
        #expect(response.trailers.isEmpty)
    }

    @Test(arguments: ["GET", "POST", "PUT", "DELETE", "PATCH"])
    func sendsExactlyTheFieldsItWasGiven(method: String) async throws {
        let response = try await Self.client().send(
            ClientRequest(
                method: method,
                url: HostileListener.shared.url("/head"),
                headers: [
                    ClientHeader("X-Scope-OrgID", "a"), ClientHeader("X-Empty", ""),
                    ClientHeader("Te", "trailers"),
                ]
            )
        )
        let lines = String(decoding: response.body, as: UTF8.self).split(separator: "\r\n").map(String.init)
        #expect(lines[0] == "\(method) /head HTTP/1.1")
        let hasLength = method != "GET"
        #expect(
            Set(lines.dropFirst().filter { !$0.hasPrefix("Host: ") })
                == Set(
                    ["X-Scope-OrgID: a", "X-Empty:", "Te: trailers", "Accept: */*"]
                        + (hasLength ? ["Content-Length: 0"] : [])
                )
        )
    }

    @Test(arguments: [
        ("/truncated", HTTPClientError.connectionLost), ("/truncated-chunk", .connectionLost),
        ("/nothing", .connectionLost), ("/garbage", .malformedResponse), ("/bad-chunk", .connectionLost),
        ("/huge-headers", .headersTooLarge(limit: 32_768)), ("/endless", .responseTooLarge(limit: 1 << 20)),
    ])
    func saysHowAServerMisbehaved(path: String, error: HTTPClientError) async throws {
        await #expect(throws: error) { try await Self.send(path) }
    }

    @Test(arguments: ["/silent", "/declared-huge"])
    func givesUpAtTheDeadline(path: String) async throws {
        await #expect(throws: HTTPClientError.timedOut) {
            try await Self.send(path, timeout: .milliseconds(200))
        }
    }

    @Test func abortsWhenTheTaskIsCancelled() async throws {
        let client = try Self.client()
        let url = HostileListener.shared.url("/silent")
        await withTaskGroup(of: HTTPClientError?.self) { group in
            group.addTask {
                do throws(HTTPClientError) {
                    _ = try await client.send(ClientRequest(url: url))
                    return nil
                } catch {
                    return error
                }
            }
            for _ in 0..<100 { await Task.yield() }
            group.cancelAll()
            #expect(await group.next() == .some(.cancelled))
        }
    }

    @Test func failsWhatIsUnderWayWhenItIsShutDown() async throws {
        let client = try Self.client()
        let url = HostileListener.shared.url("/silent")
        async let outcome: HTTPClientError? = {
            do throws(HTTPClientError) {
                _ = try await client.send(ClientRequest(url: url))
                return nil
            } catch {
                return error
            }
        }()
        for _ in 0..<100 { await Task.yield() }
        client.shutDown()
        #expect(await outcome == .shutDown)
        await #expect(throws: HTTPClientError.shutDown) { try await client.send(ClientRequest(url: url)) }
    }

    @Test func saysThatNobodyListens() async throws {
        let client = try Self.client()
        await #expect(throws: HTTPClientError.connectFailed) {
            try await client.send(ClientRequest(url: "http://127.0.0.1:1/"))
        }
        await #expect(throws: HTTPClientError.connectFailed) {
            try await client.send(ClientRequest(url: "http://no-such-host.invalid/", timeout: .seconds(20)))
        }
    }

    @Test(arguments: [
        ClientRequest(url: "file:///etc/passwd"), ClientRequest(url: "ftp://127.0.0.1/"),
        ClientRequest(url: ""),
        ClientRequest(url: "http://127.0.0.1/a b"), ClientRequest(url: "http://127.0.0.1/\r\nX: y"),
        ClientRequest(method: "GET / HTTP/1.1\r\n", url: "http://127.0.0.1/"),
        ClientRequest(url: "http://127.0.0.1/", headers: [ClientHeader("A", "b\r\nC: d")]),
        ClientRequest(url: "http://127.0.0.1/", headers: [ClientHeader("A: b\n", "c")]),
        ClientRequest(url: "http://127.0.0.1/", headers: [ClientHeader("", "c")]),
    ])
    func refusesWhatCannotBeSentAsItIs(request: ClientRequest) async throws {
        let client = try Self.client()
        await #expect(throws: HTTPClientError.invalidRequest) { try await client.send(request) }
    }

    @Test func keepsInterimAnswersAndTrailersApart() async throws {
        let interim = try await Self.send("/interim")
        #expect(interim.headers == [ClientHeader("A", "b"), ClientHeader("Content-Length", "2")])
        let trailers = try await Self.send("/trailers")
        #expect(trailers.body == Array("hi".utf8))
        #expect(trailers.trailer("Grpc-Status") == "7")
        #expect(trailers.header("grpc-status") == nil)
    }

    @Test func followsNoRedirect() async throws {
        let response = try await Self.send("/redirect")
        #expect(response.status == 302)
    }

    @Test func recoversWhenThePooledConnectionWasClosed() async throws {
        let client = try Self.client()
        let url = HostileListener.shared.url("/once")
        for _ in 0..<20 { #expect(try await client.send(ClientRequest(url: url)).body == Array("ok".utf8)) }
    }

    @Test func neverSaysThatNothingWasSentWhenTheServerGotTheRequest() async throws {
        let client = try Self.client()
        let answer = try await client.send(ClientRequest(url: HostileListener.shared.url("/mortal")))
        let url = "http://127.0.0.1:\(String(decoding: answer.body, as: UTF8.self))/append"
        let request = ClientRequest(method: "POST", url: url, body: Array("profile".utf8))
        #expect(try await client.send(request).status == 200)
        await #expect(throws: HTTPClientError.connectionLost) { try await client.send(request) }
        await #expect(throws: HTTPClientError.connectFailed) { try await client.send(request) }
    }

    @Test func sendsManyRequestsAtOnce() async throws {
        let client = try Self.client()
        let url = HostileListener.shared.url("/echo")
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<300 {
                group.addTask {
                    let body = Array("body \(number)".utf8)
                    let request = ClientRequest(method: "POST", url: url, body: body)
                    return try await client.send(request).body == body
                }
            }
            let equalCount = try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            #expect(equalCount == 300)
        }
    }
}
