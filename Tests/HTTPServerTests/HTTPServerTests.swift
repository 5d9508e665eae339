// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import Support
import Synchronization
import Testing

@Suite struct HTTPServerTests {
    private static func head(_ path: String, _ fields: String = "", method: String = "GET") -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n"
    }

    @Test(arguments: RefusedInput.small + RefusedInput.large)
    func refusesBadInputOnASocket(input: RefusedInput) async throws {
        try await TestServer.with { server in
            let answer = try await Threads.run {
                let client = try server.client()
                client.send(input.bytes)
                return client.receiveAll()
            }
            #expect(answer == input.answer)
        }
    }

    @Test func answersPipelinedRequestsInOrderWhenTheyAreReadLate() async throws {
        try await TestServer.with { server in
            let text = try await Threads.run {
                let client = try server.client()
                let one = Self.head("/hello")
                let last = Self.head("/hello", "Connection: close\r\n")
                client.send(String(repeating: one, count: 5_000) + last)
                return client.receiveAll()
            }
            let count = text?.split(separator: "hello\n", omittingEmptySubsequences: false).count
            #expect(count == 5_002)
        }
    }

    @Test func refusesATooLargeBodyBeforeReadingIt() async throws {
        try await TestServer.with { server in
            for fields in ["", "Expect: 100-continue\r\n"] {
                let head = Self.head("/echo", "Content-Length: 2000000\r\n\(fields)", method: "POST")
                let answer = try await Threads.run {
                    let client = try server.client()
                    client.send(head)
                    return client.receiveAll()
                }
                #expect(answer?.hasPrefix("HTTP/1.1 413 Content Too Large\r\n") == true)
                #expect(answer?.contains("\r\nConnection: close\r\n") == true)
            }
        }
    }

    @Test func letsAClientInTheMiddleOfItsBodyReadTheRefusal() async throws {
        try await TestServer.with { server in
            let answer = try await Threads.run {
                let client = try server.client()
                client.send(Self.head("/refuse", "Content-Length: 4000000\r\n", method: "POST"))
                client.send([UInt8](repeating: 1, count: 4_000_000))
                return client.receiveAll()
            }
            #expect(answer?.hasPrefix("HTTP/1.1 413 ") == true)
        }
    }

    @Test func continuesWhenTheHandlerReads() async throws {
        try await TestServer.with { server in
            let (first, second) = try await Threads.run {
                let client = try server.client()
                let fields = "Content-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n"
                client.send(Self.head("/echo", fields, method: "POST"))
                let first = client.receive(until: "\r\n\r\n")
                client.send("abcde")
                return (first, client.receiveAll())
            }
            #expect(first == "HTTP/1.1 100 Continue\r\n\r\n")
            #expect(second?.hasSuffix("\r\n\r\nabcde") == true)
        }
    }

    @Test func doesNotReceiveWhatTheHandlerDoesNotRead() async throws {
        try await TestServer.with { server in
            let client = try server.client()
            let sent = Atomic<Int>(0)
            async let sending = Threads.run {
                client.send(Self.head("/wait", "Content-Length: 100000000\r\n", method: "POST"))
                let piece = [UInt8](repeating: 1, count: 1_000_000)
                for _ in 0..<100 {
                    guard client.send(piece) else { break }
                    sent.add(piece.count, ordering: .relaxed)
                }
            }
            #expect(try await Threads.eventually { server.handler.began.isRaised })
            // Kernel buffers hold a few megabytes; then the sender must stand still.
            #expect(try await Self.settled(sent) < 20_000_000)
            server.handler.gate.open()
            try await sending
        }
    }

    @Test func suspendsAHandlerWhoseClientReadsSlowly() async throws {
        try await TestServer.with { server in
            let handler = server.handler
            let client = try RawClient(port: server.port, receiveBufferByteCount: 65_536)
            client.send(Self.head("/flood"))
            #expect(try await Threads.eventually { handler.writtenByteCount.load(ordering: .relaxed) > 0 })
            let before = try await Self.settled(handler.writtenByteCount)
            #expect(before < 20_000_000)
            _ = try await Threads.run {
                var left = 30_000_000
                while left > 0, let piece = client.receive(), !piece.isEmpty { left -= piece.count }
            }
            #expect(
                try await Threads.eventually { handler.writtenByteCount.load(ordering: .relaxed) > before }
            )
        }
    }

    /// The value once it stands still for 200 ms.
    private static func settled(_ value: borrowing Atomic<Int>) async throws -> Int {
        var last = -1
        while last != value.load(ordering: .relaxed) {
            last = value.load(ordering: .relaxed)
            let until = ContinuousClock.now.advanced(by: .milliseconds(200))
            _ = try await Threads.eventually { ContinuousClock.now >= until }
        }
        return last
    }

    @Test func cancelsHandlersOfClientsThatLeave() async throws {
        try await TestServer.with { server in
            do {
                let client = try server.client()
                client.send(Self.head("/wait"))
                #expect(try await Threads.eventually { server.handler.began.isRaised })
                _ = client
            }
            #expect(try await Threads.eventually { server.handler.sawCancellation.isRaised })
            #expect(try await Threads.eventually { server.server.runningRequestCount == 0 })
        }
    }

    @Test func tellsAStreamingHandlerThatItsClientLeft() async throws {
        try await TestServer.with { server in
            try await Threads.run {
                let client = try server.client()
                client.send(Self.head("/flood"))
                _ = client.receive()
            }
            #expect(try await Threads.eventually { server.handler.sawBrokenWrite.isRaised })
            #expect(try await Threads.eventually { server.server.connectionCount == 0 })
        }
    }

    @Test func cutsTheConnectionWhenAStreamFails() async throws {
        try await TestServer.with { server in
            let text = try await Threads.run {
                let client = try server.client()
                client.send(Self.head("/break"))
                return client.receiveAll()
            }
            #expect(text?.hasSuffix("0\r\n\r\n") != true, "a cut answer must not look whole")
        }
    }

    @Test(arguments: ["", "127.0.0.1", "0.0.0.0"])
    func listensWhereItIsToldAndNamesThePeer(host: String) async throws {
        try await TestServer.with {
            $0.host = host
        } _: { server in
            let text = try await Threads.run {
                let client = try server.client()
                client.send(Self.head("/peer", "Connection: close\r\n"))
                return client.receiveAll()
            }
            let line = try #require(text?.split(separator: "\r\n\r\n").last)
            #expect(line.hasPrefix("127.0.0.1:"))
            #expect(line.hasSuffix(" x\n"))
        }
    }

    @Test func isQuietAfterATableOfAbuse() async throws {
        try await TestServer.with { server in
            for input in RefusedInput.small {
                try await Threads.run {
                    let client = try server.client()
                    client.send(input.bytes)
                    _ = client.receiveAll()
                }
            }
            #expect(try await Threads.eventually { server.server.connectionCount == 0 })
            let faults = server.server.counters.faultCounts
            #expect(faults.values.reduce(0, +) == UInt64(RefusedInput.small.count))
            #expect(server.server.counters.slowTurnCount == 0)
        }
    }
}
