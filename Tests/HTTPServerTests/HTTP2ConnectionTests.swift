// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import Support
import Testing

@Suite struct HTTP2ConnectionTests {
    @Test func answersRequestsWhereverTheirBytesAreCut() {
        let input =
            TestFrame.hello + TestFrame.request(1).bytes
            + TestFrame.request(3, "/b", method: "POST", ends: false).bytes
            + TestFrame.body(3, Array("abc".utf8), ends: false).bytes
            + TestFrame.body(3, Array("def".utf8), ends: true).bytes
        FuzzSeed.save(Array(input.dropFirst(ServerConnection.preface.count)), for: "HTTP2Fuzz")
        for cut in 0...input.count {
            var driver = MachineDriver()
            driver.send(Array(input[..<cut]))
            driver.send(Array(input[cut...]))
            #expect(driver.body(1) == "GET /a ")
            #expect(driver.body(3) == "POST /b abcdef")
        }
        var driver = MachineDriver()
        driver.send(input, step: 1)
        #expect(driver.body(1) == "GET /a ")
        #expect(driver.body(3) == "POST /b abcdef")
        #expect(driver.requests[3]?.head.version == .http2)
        #expect(driver.requests[3]?.head.authority == "x")
        #expect(driver.requests[3]?.head.declaredLength == nil)
        #expect(driver.frames(TestFrame.data, stream: 3).last?.flags == TestFrame.endStream)
    }

    @Test func announcesItsLimits() {
        let driver = MachineDriver.http2()
        let settings = driver.frames(TestFrame.settings, stream: 0).first?.payload ?? []
        var values: [UInt8: UInt32] = [:]
        for index in stride(from: 0, to: settings.count, by: 6) {
            values[settings[index + 1]] = settings[index + 2..<index + 6].reduce(0) { $0 << 8 | UInt32($1) }
        }
        #expect(values == [3: 100, 4: 131_072, 6: 16_384])
    }

    @Test func takesAPostLikeARequestAfterAlmostAPreface() {
        var driver = MachineDriver()
        driver.send("P", step: 1)
        driver.send("OST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        #expect(driver.requests[1]?.head.method == "POST")
        driver = MachineDriver()
        driver.send("PRI * HTTP/2.0\r\n\r\nXX", step: 1)
        #expect(driver.faults == [.version])
    }

    @Test(arguments: [Int.max, 1])
    func upgradesFromHTTP1(step: Int) {
        var driver = MachineDriver()
        let upgrade = Array(
            ("GET /up HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                + "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n").utf8
        )
        let request = TestFrame.hello + TestFrame.request(3).bytes
        FuzzSeed.save([62] + upgrade + request, for: "HTTP1Fuzz")
        driver.send(upgrade, step: step)
        driver.send(request, step: step)
        let switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
        #expect(driver.text.hasPrefix(switching))
        driver.output.removeFirst(switching.utf8.count)
        #expect(driver.body(1) == "GET /up ")
        #expect(driver.body(3) == "GET /a ")
    }

    @Test(arguments: ["!!", "AAMAAABkAA"])
    func doesNotUpgradeWithBrokenSettings(settings: String) {
        var driver = MachineDriver()
        driver.send(
            "GET /up HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                + "HTTP2-Settings: \(settings)\r\n\r\n"
        )
        #expect(driver.requests[1] == nil || driver.requests[1]?.head.version == .http11)
    }

    @Test func givesWindowBackOnlyForWhatTheHandlerTook() {
        var connection = ServerConnection(
            limits: HTTPLimits(),
            deadlines: HTTPDeadlines(),
            now: LoopInstant(nanoseconds: 0)
        )
        let now = LoopInstant(nanoseconds: 0)
        func send(_ bytes: [UInt8]) { connection.receive(bytes, to: bytes.count, now: now) }
        func take() -> [TestFrame] {
            var output: [UInt8] = []
            connection.perform(now: now) { machine in
                while !machine.output.isEmpty {
                    machine.output.sendFirst { piece, offset in
                        output += piece[offset...]
                        return piece.count - offset
                    }
                }
            }
            return TestFrame.parse(output)
        }
        send(TestFrame.hello + TestFrame.request(1, method: "POST", ends: false).bytes)
        for _ in 0..<8 { send(TestFrame.body(1, [UInt8](repeating: 1, count: 16_384), ends: false).bytes) }
        #expect(!take().contains { $0.type == TestFrame.windowUpdate && $0.stream == 1 })
        connection.perform(now: now) { $0.bodyTaken(stream: 1, byteCount: 131_072, now: now) }
        #expect(take().contains { $0.type == TestFrame.windowUpdate && $0.stream == 1 })
        send(TestFrame.body(1, [1], ends: true).bytes)
        #expect(!take().contains { $0.type == TestFrame.reset || $0.type == TestFrame.goAway })
        // A client that sends beyond its window is cut off.
        for _ in 0..<9 { send(TestFrame.body(1, [UInt8](repeating: 1, count: 16_384), ends: false).bytes) }
        #expect(take().contains { $0.type == TestFrame.goAway || $0.type == TestFrame.reset })
    }

    @Test func sendsTrailersAndTrailersOnlyAnswers() {
        var driver = MachineDriver.http2()
        driver.answers = false
        driver.send(TestFrame.request(1), TestFrame.request(3))
        let headers: HTTPHeaders = ["content-type": "application/grpc"]
        driver.respond(
            1,
            HTTPResponse(status: 200, headers: headers, body: .bytes([7]), trailers: ["t": "0"])
        )
        driver.respond(3, HTTPResponse(status: 200, headers: headers, trailers: ["t": "5"]))
        let whole = driver.frames.filter { $0.stream == 1 }
        #expect(whole.map(\.type) == [TestFrame.headers, TestFrame.data, TestFrame.headers])
        #expect(whole.map(\.flags) == [4, 0, 5])
        let only = driver.frames.filter { $0.stream == 3 }
        #expect(only.map(\.type) == [TestFrame.headers])
        #expect(only.map(\.flags) == [5])
    }

    @Test func streamsAnAnswerAndResetsABrokenOne() {
        var driver = MachineDriver.http2()
        driver.answers = false
        driver.send(TestFrame.request(1), TestFrame.request(3))
        let now = driver.now
        let response = HTTPResponse(status: 200, body: .stream { _ in })
        for stream: Int32 in [1, 3] {
            driver.perform { $0.begin(stream: stream, response, date: nil, now: now) }
            driver.perform { $0.write(stream: stream, Array("abc".utf8), now: now) }
        }
        driver.perform { $0.write(stream: 1, Array("def".utf8), now: now) }
        driver.perform { $0.finish(stream: 1, trailers: [:], now: now) }
        driver.perform { $0.abort(stream: 3, now: now) }
        #expect(driver.body(1) == "abcdef")
        #expect(driver.frames(TestFrame.data, stream: 1).last?.flags == TestFrame.endStream)
        #expect(driver.frames(TestFrame.reset, stream: 3).map(\.code) == [2])
        #expect(driver.ending == .open)
    }

    @Test func cancelsTheHandlerOfAResetStream() {
        var driver = MachineDriver.http2()
        driver.send(TestFrame.request(1, method: "POST", ends: false))
        driver.send(TestFrame(type: TestFrame.reset, stream: 1, payload: TestFrame.word(8)))
        #expect(driver.requests[1]?.isCancelled == true)
        #expect(driver.requests[1]?.failure == .disconnected)
        #expect(driver.ending == .open)
    }

    @Test func answersBadTargetsItself() {
        var driver = MachineDriver.http2()
        driver.send(
            TestFrame.request(1, "/%zz"),
            TestFrame.request(3, "/" + String(repeating: "a", count: 8_192))
        )
        #expect(driver.faults == [.target, .targetTooLong])
        #expect(driver.body(1).contains("(err-bad-target)"))
        #expect(driver.body(3).contains("(err-target-too-long)"))
        driver.send(TestFrame.request(5))
        #expect(driver.body(5) == "GET /a ")
    }

    @Test func continuesAndStopsReadingAfterAnEarlyAnswer() {
        var driver = MachineDriver.http2()
        driver.answers = false
        let extra = [("expect", "100-continue"), ("content-length", "5")]
        driver.send(TestFrame.request(1, method: "POST", extra: extra, ends: false))
        let now = driver.now
        driver.perform { $0.bodyWanted(stream: 1, now: now) }
        #expect(driver.frames(TestFrame.headers, stream: 1).map(\.flags) == [TestFrame.endHeaders])
        driver.respond(1, HTTPResponse(status: 413))
        #expect(driver.frames(TestFrame.reset, stream: 1).map(\.code) == [0], "the rest is not wanted")
    }
}

@Suite struct HTTP2UpgradeTests {
    @Test func sendsLittleBeforeTheClientSpeaksHTTP2() {
        var driver = MachineDriver()
        driver.answers = false
        driver.send(
            "GET /up HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                + "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n"
        )
        driver.respond(1, HTTPResponse(status: 200, body: .bytes([UInt8](repeating: 65, count: 60_000))))
        // curl has 32 KiB for what follows 101.
        #expect(driver.output.count < 32_768)
        driver.send(TestFrame.hello)
        driver.output.removeFirst(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n".utf8.count
        )
        #expect(driver.body(1).utf8.count == 60_000)
    }
}
