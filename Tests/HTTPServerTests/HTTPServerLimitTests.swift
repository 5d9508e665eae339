// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import Support
import Synchronization
import Testing

@Suite struct HTTPServerLimitTests {
    @Test func refusesAnAddressWithTooManyConnections() async throws {
        try await TestServer.with {
            $0.connectionCountPerAddressMax = 3
        } _: { server in
            let text = try await Threads.run {
                var held: [RawClient] = []
                for _ in 0..<3 {
                    let client = try server.client()
                    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    _ = client.receive(until: "hello\n")
                    held.append(client)
                }
                return try server.client().receiveAll()
            }
            #expect(text?.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n") == true)
            #expect(text?.contains("\r\nRetry-After: 5\r\n") == true)
            #expect(text?.contains("(err-conn-limit)") == true)
            #expect(server.server.counters.refusedCount == 1)
            #expect(try await Threads.eventually { server.server.connectionCount == 0 })
        }
    }

    @Test func pausesAcceptingAtItsLimitAndGoesOnBelow() async throws {
        try await TestServer.with {
            $0.connectionCountMax = 2
        } _: { server in
            let hello = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
            var first: RawClient? = try server.client()
            let second = try server.client()
            first?.send(hello)
            second.send(hello)
            #expect(try await Threads.eventually { server.server.connectionCount == 2 })
            let third = try server.client()
            third.send(hello)
            let fourth = try server.client()
            #expect(server.server.connectionCount == 2)
            first = nil
            #expect(try await Threads.run { third.receive(until: "hello\n") }.hasSuffix("hello\n"))
            #expect(server.server.counters.acceptedCount == 3)
            _ = fourth
        }
    }

    @Test func cutsSlowClients() async throws {
        try await TestServer.with {
            $0.deadlines.header = .milliseconds(300)
            $0.deadlines.bodyGrace = .milliseconds(300)
            $0.deadlines.idle = .milliseconds(300)
        } _: { server in
            let header = try await Threads.run {
                let client = try server.client()
                client.send("GET / HTTP/1.1\r\nHo")
                return client.receiveAll()
            }
            #expect(header == "")
            let body = try await Threads.run {
                let client = try server.client()
                client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab")
                return client.receiveAll()
            }
            #expect(body?.hasPrefix("HTTP/1.1 408 Request Timeout\r\n") == true)
            #expect(server.handler.bodyError.withLock { $0 } == .tooSlow)
            let idle = try await Threads.run {
                let client = try server.client()
                client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                return client.receiveAll()
            }
            #expect(idle?.hasSuffix("hello\n") == true)
            #expect(server.server.counters.slowClientCounts == [.header: 1, .body: 1])
        }
    }

    @Test func cutsAClientThatDoesNotReadItsAnswer() async throws {
        try await TestServer.with {
            $0.deadlines.writeStall = .milliseconds(300)
        } _: { server in
            let client = try RawClient(port: server.port, receiveBufferByteCount: 4_096)
            client.send("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await Threads.eventually { server.handler.sawBrokenWrite.isRaised })
            #expect(server.server.counters.slowClientCounts == [.write: 1])
        }
    }

    @Test func drainsRequestsUnderWay() async throws {
        try await TestServer.with { server in
            let idle = try server.client()
            let busy = try server.client()
            busy.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
            idle.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await Threads.eventually { server.handler.began.isRaised })
            _ = try await Threads.run { idle.receive(until: "hello\n") }
            let port = server.port
            async let drained: Void = server.server.drain(grace: .seconds(20))
            #expect(try await Threads.run { idle.receiveAll() } == "")
            let refused = try await Threads.eventually { (try? RawClient(port: port)) == nil }
            #expect(refused, "a draining server accepts nobody")
            #expect(server.server.boundPort == nil)
            server.handler.gate.open()
            let answer = try await Threads.run { busy.receiveAll() }
            await drained
            #expect(answer?.contains("\r\nConnection: close\r\n") == true)
            #expect(answer?.hasSuffix("waited\n") == true)
        }
    }

    @Test func cutsWhatDoesNotFinishWithinTheGrace() async throws {
        try await TestServer.with { server in
            let client = try server.client()
            client.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await Threads.eventually { server.handler.began.isRaised })
            await server.server.drain(grace: .milliseconds(50))
            let answer = try await Threads.run { client.receiveAll() }
            #expect(answer == "" || answer == nil)
            #expect(try await Threads.eventually { server.handler.sawCancellation.isRaised })
        }
    }

    @Test func saysThatItsPortIsTaken() async throws {
        try await TestServer.with { server in
            let second = HTTPServer(
                configuration: HTTPServerConfiguration(host: "127.0.0.1", port: server.port),
                handler: server.handler
            )
            #expect(throws: HTTPServerError.bind(host: "127.0.0.1", port: server.port, errno: 98)) {
                try second.start()
            }
            #expect(throws: HTTPServerError.alreadyStarted) { try server.server.start() }
        }
    }
}
