import HTTPServer
// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@Suite struct HTTP1ConnectionTests {
    @Test func answersRequestsOfOneConnectionInOrder() {
        let input = """
            GET /a HTTP/1.1\r\nHost: x\r\n\r\n\
            POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc\
            POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\
            2;x=y\r\nde\r\n1\r\nf\r\n0\r\n\r\n\
            GET /d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n
            """
        let wanted = """
            HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nGET /a \
            HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nPOST /b abc\
            HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nPOST /c def\
            HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nGET /d 
            """
        // The fuzzer's first byte is how many bytes it sends at once, less one.
        FuzzSeed.save([6] + Array(input.utf8), for: "HTTP1Fuzz")
        for step in [Int.max, 1, 2, 3, 7, 64] {
            var driver = MachineDriver()
            driver.send(input, step: step)
            #expect(driver.text == wanted)
            #expect(driver.ending == .afterFlush)
        }
    }

    @Test func holdsPipelinedRequestsWhileOneIsAnswered() {
        var driver = MachineDriver()
        driver.answers = false
        driver.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(driver.order.count == 1)
        #expect(!driver.connection.machine.isReading)
        driver.respond(driver.order[0], HTTPResponse(status: 204))
        #expect(driver.order.count == 2)
        #expect(driver.requests[driver.order[1]]?.head.target == "/b")
        #expect(driver.connection.machine.isReading)
    }

    @Test func stopsReadingABodyNobodyTakes() {
        var limits = HTTPLimits()
        limits.bodyBufferByteCount = 1_000
        var connection = ServerConnection(
            limits: limits,
            deadlines: HTTPDeadlines(),
            now: LoopInstant(nanoseconds: 0)
        )
        let now = LoopInstant(nanoseconds: 0)
        let head = Array("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n".utf8)
        connection.receive(head, to: head.count, now: now)
        #expect(connection.machine.isReading)
        connection.receive([UInt8](repeating: 7, count: 1_200), to: 1_200, now: now)
        #expect(!connection.machine.isReading)
        #expect(connection.machine.deadline == nil, "our own pause is not the client's slowness")
        connection.perform(now: now) { $0.bodyTaken(stream: 1, byteCount: 1_200, now: now) }
        #expect(connection.machine.isReading)
        #expect(connection.machine.deadline != nil)
    }
}
