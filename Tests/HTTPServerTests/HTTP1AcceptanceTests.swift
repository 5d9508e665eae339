// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import Support
import Testing

/// Input that must be refused, and as what.
struct RefusedInput: CustomTestStringConvertible, Sendable {
    var name: String
    var bytes: [UInt8]
    var fault: ProtocolFault

    init(_ name: String, _ text: String, _ fault: ProtocolFault) {
        self.init(name, Array(text.utf8), fault)
    }

    init(_ name: String, _ bytes: [UInt8], _ fault: ProtocolFault) {
        self.name = name
        self.bytes = bytes
        self.fault = fault
    }

    var testDescription: String { self.name }

    /// A request with these fields and this body.
    static func post(_ name: String, _ fields: String, _ body: String, _ fault: ProtocolFault) -> Self {
        Self(name, "POST /p HTTP/1.1\r\nHost: x\r\n\(fields)\r\n\r\n\(body)", fault)
    }

    static func get(_ name: String, _ target: String, _ fault: ProtocolFault) -> Self {
        Self(name, "GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n", fault)
    }

    /// The bytes of the answer, whichever way the input arrived.
    var answer: String {
        let body = #"{"code":"invalid_argument","message":"\#(self.fault.message)"}"#
        return """
            HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\
            X-Content-Type-Options: nosniff\r\nContent-Length: \(body.utf8.count)\r\n\
            Connection: close\r\n\r\n\(body)
            """
    }

    static let small: [Self] = smuggling + lines + chunks + targets + hosts

    static let smuggling: [Self] = [
        .post("length and chunked", "Content-Length: 3\r\nTransfer-Encoding: chunked", "abc", .framing),
        .post("chunked and length", "Transfer-Encoding: chunked\r\nContent-Length: 3", "abc", .framing),
        .post("gzip, chunked", "Transfer-Encoding: gzip, chunked\r\nContent-Length: 3", "abc", .framing),
        .post("chunked, identity", "Transfer-Encoding: chunked, identity", "0\r\n\r\n", .framing),
        .post("xchunked", "Transfer-Encoding: xchunked", "0\r\n\r\n", .framing),
        .post("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "", .framing),
        .post("equal lengths", "Content-Length: 3\r\nContent-Length: 3", "abc", .framing),
        .post("unequal lengths", "Content-Length: 3\r\nContent-Length: 4", "abc", .framing),
        .post("list of lengths", "Content-Length: 3, 3", "abc", .framing),
        .post("length +3", "Content-Length: +3", "abc", .framing),
        .post("length -1", "Content-Length: -1", "abc", .framing),
        .post("length 0x3", "Content-Length: 0x3", "abc", .framing),
        .post("empty length", "Content-Length: ", "abc", .framing),
        .post("length of 20 digits", "Content-Length: 10000000000000000000", "abc", .framing),
        .post("unknown expectation", "Expect: 200-ok\r\nContent-Length: 3", "abc", .expectation),
    ]

    static let lines: [Self] = [
        .post("space before colon", "Content-Length : 3", "abc", .field),
        .post("obs-fold", "A: b\r\n c: d", "", .field),
        .post("empty name", ": b", "", .field),
        .post("no colon", "Content-Length", "", .field),
        .post("bare LF", "A: b\nC: d", "", .lineEnding),
        .post("bare CR", "A: b\rC: d", "", .lineEnding),
        .post("NUL in value", "A: b\0c", "", .lineEnding),
        .post("NUL in name", "A\0: b", "", .lineEnding),
        .post("DEL in value", "A: b\u{7f}", "", .field),
        Self("LF after request line", "GET / HTTP/1.1\nHost: x\r\n\r\n", .lineEnding),
        Self("LF ends header", "GET / HTTP/1.1\r\nHost: x\r\n\n", .lineEnding),
        Self("TLS", [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00], .requestLine),
        Self("HTTP/9.9", "GET / HTTP/9.9\r\nHost: x\r\n\r\n", .version),
        Self("HTTP/1.2", "GET / HTTP/1.2\r\nHost: x\r\n\r\n", .version),
        Self("HTTP/2 in a request line", "GET / HTTP/2\r\nHost: x\r\n\r\n", .version),
        Self("no version", "GET /\r\nHost: x\r\n\r\n", .requestLine),
        Self("two targets", "GET / / HTTP/1.1\r\nHost: x\r\n\r\n", .requestLine),
        Self("long method", String(repeating: "A", count: 33) + " / HTTP/1.1\r\n\r\n", .requestLine),
        Self("three blank lines", "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", .blankLines),
        Self("blank LF", "\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", .requestLine),
    ]

    private static let chunkRows: [(String, String, ProtocolFault)] = [
        ("size overflow", "fffffffffffffffff\r\nabc", .chunk),
        ("size of zeros", "0000000000000000\r\n\r\n", .chunk),
        ("negative size", "-1\r\nabc\r\n", .chunk),
        ("0x", "0x3\r\nabc\r\n", .chunk),
        ("no size", "\r\nabc\r\n", .chunk),
        ("LF after size", "3\nabc\r\n0\r\n\r\n", .chunk),
        ("LF after data", "3\r\nabc\n0\r\n\r\n", .chunk),
        ("LF at the end", "3\r\nabc\r\n0\r\n\n", .trailers),
        ("data too long", "3\r\nabcd\r\n0\r\n\r\n", .chunk),
        ("space in size", "3 3\r\nabc\r\n", .chunk),
        ("NUL in extension", "3;a=\0\r\nabc\r\n", .chunk),
        ("trailers", "3\r\nabc\r\n0\r\nA: b\r\n\r\n", .trailers),
        ("long extension", "3;\(String(repeating: "x", count: 257))\r\nabc\r\n0\r\n\r\n", .chunkExtension),
    ]

    static let chunks: [Self] = chunkRows.map { row in
        .post("chunks: \(row.0)", "Transfer-Encoding: chunked", row.1, row.2)
    }

    static let targets: [Self] = [
        .get("bad escape", "/%zz", .target), .get("short escape", "/a%2", .target),
        .get("NUL escape", "/a%00b", .target), .get("invalid UTF-8", "/a%ff", .target),
        .get("fragment", "/a#b", .target), .get("not a path", "a/b", .target),
        .get("raw byte above ASCII", "/\u{e9}", .target), .get("other scheme", "ftp://x/", .target),
        .get("user in absolute form", "http://u@x/", .target),
        Self("CONNECT", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", .target),
    ]

    static let hosts: [Self] = [
        Self("no Host", "GET / HTTP/1.1\r\nA: b\r\n\r\n", .host),
        Self("two Hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", .host),
        Self("list of Hosts", "GET / HTTP/1.1\r\nHost: x, y\r\n\r\n", .host),
        Self("path in Host", "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n", .host),
        Self("user in Host", "GET / HTTP/1.1\r\nHost: u@x\r\n\r\n", .host),
        Self("HTTP/1.0", "GET / HTTP/1.0\r\nHost: x\r\n\r\n", .http10),
        Self("HTTP/1.0, chunked", "GET /ready HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .framing),
    ]

    static let large: [Self] = [
        .post("1,001 fields", (0..<1_001).map { "f\($0): v" }.joined(separator: "\r\n"), "", .fieldCount),
        .post("field of 100 KB", "A: " + String(repeating: "v", count: 100_000), "", .fieldListTooLong),
        .post("name of 100 KB", String(repeating: "n", count: 100_000), "", .fieldListTooLong),
        .post(
            "fields of 200 KB",
            (0..<90).map { "f\($0): " + String(repeating: "v", count: 2_200) }.joined(separator: "\r\n"),
            "",
            .fieldListTooLong
        ),
        .get("target of 100 KB", "/" + String(repeating: "a", count: 100_000), .targetTooLong),
        .post(
            "5,000 trailers",
            "Transfer-Encoding: chunked",
            "0\r\n" + (0..<5_000).map { "t\($0): v\r\n" }.joined() + "\r\n",
            .trailers
        ),
        .post(
            "one-byte chunks",
            "Transfer-Encoding: chunked",
            String(repeating: "1\r\na\r\n", count: 20_000) + "0\r\n\r\n",
            .chunkCount
        ),
        Self("blank lines for ever", String(repeating: "\r\n", count: 50_000), .blankLines),
    ]
}

@Suite struct HTTP1AcceptanceTests {
    @Test(arguments: RefusedInput.small)
    func refusesBadInputWhereverItIsCut(input: RefusedInput) {
        for cut in 0...input.bytes.count {
            var driver = MachineDriver()
            driver.send(Array(input.bytes[..<cut]))
            driver.send(Array(input.bytes[cut...]))
            guard driver.text == input.answer, driver.faults == [input.fault] else {
                Issue.record("cut at \(cut): \(driver.text) \(driver.faults)")
                return
            }
            #expect(driver.ending == .afterFlush)
        }
    }

    @Test(arguments: RefusedInput.small + RefusedInput.large)
    func refusesBadInputInSmallWrites(input: RefusedInput) {
        for step in [1, 3, 1_000] {
            var driver = MachineDriver()
            driver.send(input.bytes, step: step)
            #expect(driver.text == input.answer)
            #expect(driver.faults == [input.fault])
            #expect(driver.ending == .afterFlush)
        }
    }

    @Test func refusesMoreThan65536Chunks() {
        let chunk = "10\r\n0123456789abcdef\r\n"
        var driver = MachineDriver()
        driver.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<64 { driver.send(String(repeating: chunk, count: 1_024), step: 65_536) }
        #expect(driver.faults.isEmpty)
        driver.send(chunk)
        #expect(driver.faults == [.chunkCount])
        #expect(driver.requests[1]?.failure == .malformed)
        #expect(driver.requests[1]?.isCancelled == true)
    }

    @Test func takesExactlyTheLimits() {
        let target = "/" + String(repeating: "a", count: 8_191)
        let fields = (0..<99).map { "f\($0): v\r\n" }.joined()
        let pad = 16_384 - "Host: x\r\n".utf8.count - fields.utf8.count - "p: \r\n\r\n".utf8.count
        let many = "GET \(target) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n"
        // Ninety-nine fields, the Host and no more: the hundredth is the last.
        var driver = MachineDriver()
        driver.send(many, step: 7)
        #expect(driver.faults.isEmpty)
        #expect(driver.order.count == 1)

        let few = "GET / HTTP/1.1\r\nHost: x\r\n"
        let value = String(repeating: "v", count: pad + fields.utf8.count)
        driver = MachineDriver()
        driver.send("\(few)p: \(value)\r\n\r\n")
        #expect(driver.faults.isEmpty)
        driver = MachineDriver()
        driver.send("\(few)p: \(value)v\r\n\r\n")
        #expect(driver.faults == [.fieldListTooLong])
    }

    @Test(arguments: [
        ("\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n", "/a"),
        ("GET http://other:80/a?b HTTP/1.1\r\nHost: x\r\n\r\n", "/a?b"),
        ("GET http://other?b HTTP/1.1\r\nHost: x\r\n\r\n", "/?b"),
        ("OPTIONS * HTTP/1.1\r\nHost:x\r\n\r\n", "*"),
        ("GET /..%2f..%2fetc HTTP/1.1\r\nHost: \t x \t\r\n\r\n", "/..%2f..%2fetc"),
        ("GET /%252e HTTP/1.1\r\nHost: x\r\n\r\n", "/%252e"),
        ("GET /q?query={a=\"%zz\"} HTTP/1.1\r\nhOST: x\r\n\r\n", "/q?query={a=\"%zz\"}"),
        ("GET /ready HTTP/1.0\r\n\r\n", "/ready"),
    ])
    func takesUnusualButGoodInput(text: String, target: String) {
        FuzzSeed.save([2] + Array(text.utf8), for: "HTTP1Fuzz")
        for cut in 0...text.utf8.count {
            var driver = MachineDriver()
            driver.send(Array(Array(text.utf8)[..<cut]))
            driver.send(Array(Array(text.utf8)[cut...]))
            #expect(driver.faults.isEmpty)
            #expect(driver.requests[1]?.head.target == target)
        }
    }
}
