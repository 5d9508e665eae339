// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import Support
import Testing

@Suite struct HTTP2HostileTests {
    private static let enhanceYourCalm: UInt32 = 11

    @Test func endsAFloodOfPings() {
        var driver = MachineDriver.http2()
        let ping = TestFrame(type: TestFrame.ping, payload: [UInt8](repeating: 0, count: 8)).bytes
        // Every answer is read, so the library alone would go on for ever.
        for _ in 0..<3_000 where driver.ending == .open { driver.send(ping) }
        #expect(driver.goAwayCode == Self.enhanceYourCalm)
        #expect(driver.protocolErrors == [Self.enhanceYourCalm])
        #expect(driver.ending == .afterFlush)
    }

    @Test func toleratesPingsAtAHumanPace() {
        var driver = MachineDriver.http2()
        let ping = TestFrame(type: TestFrame.ping, payload: [UInt8](repeating: 0, count: 8)).bytes
        for _ in 0..<50 {
            for _ in 0..<100 { driver.send(ping) }
            driver.advance(.seconds(1))
        }
        #expect(driver.goAwayCode == nil)
    }

    @Test func endsAFloodOfSettingsNobodyReads() {
        var driver = MachineDriver.http2()
        let settings = TestFrame(type: TestFrame.settings).bytes
        driver.send(Array(repeatElement(settings, count: 3_000).joined()))
        #expect(driver.goAwayCode == Self.enhanceYourCalm)
        #expect(driver.ending == .afterFlush)
    }

    @Test func endsARapidReset() {
        var driver = MachineDriver.http2()
        driver.answers = false
        for index in 0..<1_000 where driver.ending == .open {
            let stream = UInt32(2 * index + 1)
            driver.send(
                TestFrame.request(stream),
                TestFrame(type: TestFrame.reset, stream: stream, payload: TestFrame.word(8))
            )
        }
        #expect(driver.ending == .afterFlush)
        #expect(driver.goAwayCode != nil && driver.goAwayCode != 0)
        #expect(driver.order.count <= 250)
        #expect(driver.order.allSatisfy { driver.requests[$0]?.isCancelled == true })
    }

    @Test func endsAFloodOfContinuations() {
        var driver = MachineDriver.http2()
        driver.send(
            TestFrame(type: TestFrame.headers, stream: 1, payload: TestFrame.fields([(":method", "GET")]))
        )
        for _ in 0..<50 where driver.ending == .open {
            driver.send(
                TestFrame(type: TestFrame.continuation, stream: 1, payload: TestFrame.fields([("a", "b")]))
            )
        }
        #expect(driver.ending == .afterFlush)
        #expect(driver.order.isEmpty)
    }

    @Test func resetsARequestWithTooManyOrTooLongFields() {
        var driver = MachineDriver.http2()
        driver.send(TestFrame.request(1, extra: (0..<150).map { ("f\($0)", "v") }))
        driver.send(
            TestFrame.request(3, extra: (0..<12).map { ("f\($0)", String(repeating: "v", count: 1_300)) }),
            TestFrame.request(5, extra: [("f", "v")])
        )
        let large = TestFrame.request(
            7,
            extra: (0..<20).map { ("f\($0)", String(repeating: "v", count: 1_300)) }
        )
        driver.send(
            TestFrame(
                type: TestFrame.headers,
                flags: TestFrame.endStream,
                stream: 7,
                payload: Array(large.payload.prefix(16_000))
            ),
            TestFrame(
                type: TestFrame.continuation,
                flags: TestFrame.endHeaders,
                stream: 7,
                payload: Array(large.payload.dropFirst(16_000))
            )
        )
        #expect(driver.frames(TestFrame.reset, stream: 1).count == 1)
        #expect(driver.frames(TestFrame.reset, stream: 7).count == 1)
        #expect(driver.order == [3, 5])
        #expect(driver.body(5) == "GET /a ")
    }

    @Test func refusesMoreThanAHundredStreams() {
        var driver = MachineDriver.http2()
        driver.answers = false
        for index in 0..<110 { driver.send(TestFrame.request(UInt32(2 * index + 1))) }
        #expect(driver.order.count == 100)
    }

    @Test(arguments: [
        [UInt8](repeating: 0xff, count: 64),
        TestFrame(type: TestFrame.data, stream: 1, payload: [1]).bytes,
        TestFrame(type: TestFrame.settings, payload: [1, 2, 3]).bytes,
        TestFrame(type: TestFrame.headers, flags: 5, stream: 2, payload: [0x82]).bytes,
        TestFrame(type: TestFrame.headers, flags: 5, stream: 1, payload: [0xbf, 0xbf]).bytes,
        TestFrame(type: TestFrame.windowUpdate, payload: [0, 0, 0, 0]).bytes,
    ])
    func endsAConnectionWithBrokenFrames(bytes: [UInt8]) {
        for step in [Int.max, 1] {
            var driver = MachineDriver.http2()
            driver.send(bytes, step: step)
            #expect(driver.goAwayCode != nil && driver.goAwayCode != 0)
            #expect(driver.ending == .afterFlush)
        }
    }

    @Test func survivesEveryTruncationAndManyMutations() {
        let input =
            TestFrame.hello + TestFrame.request(1, extra: [("a", "b")]).bytes
            + TestFrame.request(3, method: "POST", ends: false).bytes
            + TestFrame.body(3, [1, 2, 3], ends: true).bytes
        FuzzSeed.save(Array(input.dropFirst(ServerConnection.preface.count)), for: "HTTP2Fuzz")
        for end in 0...input.count {
            var driver = MachineDriver()
            driver.send(Array(input[..<end]))
            let now = driver.now
            driver.connection.receiveEnd(now: now)
            driver.settle()
            #expect(driver.ending > .open || end < TestFrame.hello.count)
        }
        var random = SplitMix(seed: 7)
        for _ in 0..<4_000 {
            var mutated = input
            for _ in 0..<Int(random.next() % 4 + 1) {
                let index = 24 + Int(random.next() % UInt64(input.count - 24))
                mutated[index] = UInt8(truncatingIfNeeded: random.next())
            }
            var driver = MachineDriver()
            driver.send(mutated, step: Int(random.next() % 40 + 1))
            // Whatever it was, it is over or a further request is answered.
            driver.answers = true
            driver.advance(.seconds(70))
            #expect(driver.ending > .open)
        }
    }
}

@Suite struct HTTP2DeadlineTests {
    @Test func says408ToAStalledBodyAndKeepsTheConnection() {
        var driver = MachineDriver.http2()
        driver.send(TestFrame.request(1, method: "POST", ends: false))
        driver.advance(.seconds(4))
        #expect(driver.slow.isEmpty)
        driver.advance(.seconds(10))
        #expect(driver.slow == [.body])
        #expect(driver.requests[1]?.failure == .tooSlow)
        #expect(driver.body(1).contains("(err-slow-client)"))
        #expect(driver.ending == .open)
        driver.send(TestFrame.request(3))
        #expect(driver.body(3) == "GET /a ")
    }

    @Test func endsAHeaderThatDrips() {
        var driver = MachineDriver.http2()
        let bytes = TestFrame.request(1).bytes
        for byte in bytes where driver.ending == .open {
            driver.send([byte])
            driver.advance(.seconds(1))
        }
        #expect(driver.slow == [.header])
        #expect(driver.ending == .afterFlush)
    }

    @Test func saysGoodbyeToIdleConnections() {
        var driver = MachineDriver.http2()
        driver.send(TestFrame.request(1))
        driver.advance(.seconds(59))
        #expect(driver.ending == .open)
        driver.advance(.seconds(2))
        #expect(driver.goAwayCode == 0)
        #expect(driver.ending == .afterFlush)
    }

    @Test func endsAConnectionWithoutSettings() {
        var driver = MachineDriver()
        driver.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
        driver.advance(.seconds(11))
        #expect(driver.ending > .open)
    }

    @Test func resetsAStreamWhoseAnswerIsNotRead() {
        var driver = MachineDriver.http2()
        driver.answers = false
        driver.send(TestFrame.request(1))
        driver.respond(1, HTTPResponse(status: 200, body: .bytes([UInt8](repeating: 1, count: 100_000))))
        #expect(driver.body(1).utf8.count == 65_535)
        driver.advance(.seconds(45))
        #expect(driver.slow == [.write])
        #expect(driver.frames(TestFrame.reset, stream: 1).map(\.code) == [8])
    }

    @Test func drainsWithGoAwayAndTheAnswersUnderWay() {
        var driver = MachineDriver.http2()
        driver.answers = false
        driver.send(TestFrame.request(1))
        let now = driver.now
        driver.perform { $0.drain(now: now) }
        #expect(driver.goAwayCode == 0)
        #expect(driver.ending == .open)
        driver.send(TestFrame.request(3))
        #expect(driver.order == [1], "streams after GOAWAY are not begun")
        driver.respond(1, HTTPResponse(status: 200, body: .bytes(Array("last".utf8))))
        #expect(driver.body(1) == "last")
        #expect(driver.ending == .afterFlush)
    }
}
