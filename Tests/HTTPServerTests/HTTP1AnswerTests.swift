// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import Testing

@Suite struct HTTP1AnswerTests {
    private func waiting(_ request: String) -> MachineDriver {
        var driver = MachineDriver()
        driver.answers = false
        driver.send(request)
        return driver
    }

    @Test func sendsContinueWhenTheHandlerReads() {
        var driver = self.waiting(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        )
        #expect(driver.text == "")
        let now = driver.now
        driver.perform { $0.bodyWanted(stream: 1, now: now) }
        driver.perform { $0.bodyWanted(stream: 1, now: now) }
        #expect(driver.text == "HTTP/1.1 100 Continue\r\n\r\n")
        driver.send("ok")
        driver.respond(1, HTTPResponse(status: 204))
        #expect(driver.text == "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")
        #expect(driver.ending == .open)
    }

    @Test func closesWhenABodyIsRefusedBeforeItIsSent() {
        var driver = self.waiting(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\nExpect: 100-continue\r\n\r\n"
        )
        driver.respond(1, HTTPResponse(status: 413))
        #expect(
            driver.text == "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        #expect(driver.ending == .afterFlush)
    }

    @Test func dropsASmallUnreadBodyAndKeepsTheConnection() {
        var driver = self.waiting("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345")
        driver.respond(1, HTTPResponse(status: 401))
        #expect(driver.ending == .open)
        driver.send("67890GET /next HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(driver.requests[2]?.head.target == "/next")
    }

    @Test func answersHeadWithTheLengthAlone() {
        var driver = self.waiting("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
        driver.respond(1, HTTPResponse(status: 200, body: .bytes([1, 2, 3])))
        #expect(driver.text == "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
    }

    @Test func streamsInChunksWithTrailers() {
        var driver = self.waiting("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        let now = driver.now
        let response = HTTPResponse(status: 200, body: .stream { _ in }, trailers: ["X-Sum": "6"])
        driver.perform { $0.begin(stream: 1, response, date: nil, now: now) }
        driver.perform { $0.write(stream: 1, Array("abc".utf8), now: now) }
        driver.perform { $0.write(stream: 1, [], now: now) }
        driver.perform { $0.write(stream: 1, Array("0123456789abcdefg".utf8), now: now) }
        driver.perform { $0.finish(stream: 1, trailers: response.trailers, now: now) }
        let wanted = """
            HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n\
            3\r\nabc\r\n11\r\n0123456789abcdefg\r\n0\r\nX-Sum: 6\r\n\r\n
            """
        #expect(driver.text == wanted)
        #expect(driver.ending == .open)
    }

    @Test func cutsTheConnectionWhenAStreamBreaks() {
        var driver = self.waiting("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        let now = driver.now
        driver.perform {
            $0.begin(stream: 1, HTTPResponse(status: 200, body: .stream { _ in }), date: nil, now: now)
        }
        driver.perform { $0.abort(stream: 1, now: now) }
        #expect(driver.ending == .now)
    }

    @Test func endsAnHTTP10StreamWithTheConnection() {
        var driver = self.waiting("GET /metrics HTTP/1.0\r\n\r\n")
        let now = driver.now
        driver.perform {
            $0.begin(stream: 1, HTTPResponse(status: 200, body: .stream { _ in }), date: nil, now: now)
        }
        driver.perform { $0.write(stream: 1, Array("x 1\n".utf8), now: now) }
        driver.perform { $0.finish(stream: 1, trailers: [:], now: now) }
        #expect(driver.text == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nx 1\n")
        #expect(driver.ending == .afterFlush)
    }

    @Test func keepsHandlersFromSplittingTheAnswer() {
        var driver = self.waiting("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        let headers: HTTPHeaders = [
            "Location": "/a\r\nSet-Cookie: b=c", "Bad Name": "v", "Content-Length": "9", "Connection": "x",
        ]
        driver.respond(1, HTTPResponse(status: 302, headers: headers))
        #expect(
            driver.text == "HTTP/1.1 302 Found\r\nLocation: /a  Set-Cookie: b=c\r\nContent-Length: 0\r\n\r\n"
        )
    }

    @Test func cancelsTheHandlerOfAClientThatLeft() {
        var driver = self.waiting("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na")
        let now = driver.now
        driver.connection.receiveEnd(now: now)
        driver.settle()
        #expect(driver.requests[1]?.failure == .disconnected)
        #expect(driver.requests[1]?.isCancelled == true)
        #expect(driver.ending == .now)
    }

    @Test func answersAClientThatOnlyClosedItsSendingSide() {
        var driver = self.waiting("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        let now = driver.now
        driver.connection.receiveEnd(now: now)
        driver.settle()
        #expect(driver.requests[1]?.isCancelled == true)
        driver.respond(1, HTTPResponse(status: 200, body: .bytes([65])))
        #expect(driver.text == "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nA")
    }

    @Test func drainsIdleConnectionsAtOnceAndOthersWithTheirAnswer() {
        var idle = MachineDriver()
        let now = idle.now
        idle.perform { $0.drain(now: now) }
        #expect(idle.ending == .afterFlush)

        var busy = self.waiting("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n")
        busy.perform { $0.drain(now: now) }
        #expect(busy.ending == .open)
        busy.respond(1, HTTPResponse(status: 200))
        #expect(busy.text == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        #expect(busy.ending == .afterFlush)
        #expect(busy.order == [1], "what was pipelined behind is not begun")
    }
}

@Suite struct HTTP1DeadlineTests {
    @Test func closesAHeaderThatDrips() {
        var driver = MachineDriver()
        for byte in "GET / HTTP/1.1\r\nHost: x\r\nA: ".utf8 {
            driver.send([byte])
            driver.advance(.milliseconds(500))
        }
        #expect(driver.ending == .now)
        #expect(driver.slow == [.header])
        #expect(driver.text == "")
    }

    @Test func closesAConnectionThatSaysNothing() {
        var driver = MachineDriver()
        driver.advance(.seconds(9))
        #expect(driver.ending == .open)
        driver.advance(.seconds(2))
        #expect(driver.ending == .now)
    }

    @Test func closesAnIdleConnectionAfterAMinute() {
        var driver = MachineDriver()
        driver.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        driver.advance(.seconds(59))
        #expect(driver.ending == .open)
        driver.advance(.seconds(2))
        #expect(driver.ending == .now)
        #expect(driver.slow == [])
    }

    @Test func answers408ToAStalledBody() {
        var driver = MachineDriver()
        driver.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
        for _ in 0..<30 {
            driver.send([UInt8](repeating: 1, count: 2_000))
            driver.advance(.seconds(1))
        }
        #expect(driver.ending == .open, "2 KB/s is fast enough")
        driver.advance(.seconds(11))
        #expect(driver.slow == [.body])
        #expect(driver.requests[1]?.failure == .tooSlow)
        #expect(driver.text.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(driver.text.hasSuffix("\"message\":\"request body too slow (err-slow-client)\"}"))
        #expect(driver.ending == .afterFlush)
    }

    @Test func waitsForAHandlerWithoutLimit() {
        var driver = MachineDriver()
        driver.answers = false
        driver.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        driver.advance(.seconds(3_600))
        #expect(driver.ending == .open)
    }
}
