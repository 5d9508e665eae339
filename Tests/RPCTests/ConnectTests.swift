// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import ProtobufWire
import RPC
import Testing

@Suite struct ConnectTests {
    @Test(arguments: [
        "application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8",
    ])
    func answersJSON(contentType: String) async throws {
        let body = Array(#"{"text":"hi"}"#.utf8)
        let response = try #require(await EchoService.call(body, contentType: contentType))
        #expect(response.status == 200)
        #expect(response.headers["Content-Type"]?.hasPrefix("application/json") == true)
        #expect(response.text == #"{"text":"hi"}"#)
    }

    @Test func answersProto() async throws {
        let body = EchoService.message("hi").binary()
        let response = try #require(await EchoService.call(body, contentType: "application/proto"))
        #expect(response.status == 200)
        #expect(response.headers["Content-Type"] == "application/proto")
        #expect(try EchoAnswer(binary: response.bytes).text == "hi")
    }

    @Test func anEmptyProtoBodyIsAnEmptyMessage() async throws {
        let response = try #require(await EchoService.call([], contentType: "application/proto"))
        #expect(response.status == 200 && response.bytes.isEmpty)
    }

    @Test func anEmptyJSONBodyIsRefused() async throws {
        let response = try #require(await EchoService.call([], contentType: "application/json"))
        #expect(response.status == 400)
        let message = "unmarshal message: zero-length payload is not a valid JSON object"
        #expect(response.text == #"{"code":"invalid_argument","message":"\#(message)"}"#)
    }

    @Test(arguments: ServiceCode.allCases)
    func everyCodeHasItsStatus(code: ServiceCode) async throws {
        let body = EchoService.message("", code: Int32(code.rawValue)).binary()
        let response = try #require(await EchoService.call(body, contentType: "application/proto"))
        #expect(response.status == code.httpStatus)
        #expect(response.headers["Content-Type"] == "application/json")
        #expect(response.text == #"{"code":"\#(code.name)","message":"told so: 100% é"}"#)
        #expect((response.headers["Retry-After"] != nil) == (code == .unavailable))
    }

    @Test func inflatesRequestsAndDeflatesAnswers() async throws {
        let body = EchoService.gzip(EchoService.message("hello").json())
        let response = try #require(
            await EchoService.call(
                body,
                contentType: "application/json",
                headers: [("Content-Encoding", "gzip"), ("Accept-Encoding", "br, gzip")]
            )
        )
        #expect(response.headers["Content-Encoding"] == "gzip")
        #expect(
            String(decoding: try EchoService.gunzip(response.bytes), as: UTF8.self) == #"{"text":"hello"}"#
        )
    }

    @Test func anEmptyAnswerIsAnEmptyMember() async throws {
        let headers = [("Accept-Encoding", "gzip")]
        let packed = try #require(
            await EchoService.call([], contentType: "application/proto", headers: headers)
        )
        #expect(packed.headers["Content-Encoding"] == "gzip")
        #expect(try EchoService.gunzip(packed.bytes).isEmpty)
        let plain = try #require(await EchoService.call([], contentType: "application/proto"))
        #expect(plain.headers["Content-Encoding"] == nil && plain.bytes.isEmpty)
    }

    @Test(arguments: ["br", "GZIP", "deflate"])
    func refusesOtherCompressions(name: String) async throws {
        let headers = [("Content-Encoding", name)]
        let response = try #require(
            await EchoService.call([1], contentType: "application/json", headers: headers)
        )
        #expect(response.status == 501)
        let reason = #"unknown compression \"\#(name)\": supported encodings are gzip,zstd"#
        #expect(response.text.contains(reason))
        #expect(response.headers["Accept-Encoding"] == "gzip, zstd")
    }

    @Test func takesZstd() async throws {
        let headers = [("Content-Encoding", "zstd")]
        let sent = EchoService.zstd(EchoService.message("hello").json())
        let response = try #require(
            await EchoService.call(sent, contentType: "application/json", headers: headers)
        )
        #expect(response.text == #"{"text":"hello"}"#)
        for (body, status, text) in [
            ([1], 400, "get decompressor: zstd: invalid header"), ([], 400, "get decompressor: EOF"),
            (sent.dropLast(), 400, "decompress: zstd: invalid or truncated data"),
            (
                EchoService.zstd([UInt8](repeating: 0, count: 30_000))[...], 429,
                "message size 30000 is larger than configured max 20000"
            ),
        ] as [(ArraySlice<UInt8>, Int, String)] {
            let refused = try #require(
                await EchoService.call(Array(body), contentType: "application/json", headers: headers)
            )
            #expect(refused.status == status)
            #expect(refused.text.contains(text), "\(refused.text)")
        }
    }

    @Test func refusesWhatIsNoGzip() async throws {
        let headers = [("Content-Encoding", "gzip")]
        let response = try #require(
            await EchoService.call([1], contentType: "application/json", headers: headers)
        )
        #expect(response.status == 400)
        #expect(response.text.contains("get decompressor: gzip: invalid header"))
    }

    @Test func refusesBodiesOverTheLimit() async throws {
        let large = EchoService.message(String(repeating: "x", count: 10_000)).binary()
        let plain = try #require(await EchoService.call(large, contentType: "application/proto"))
        #expect(plain.status == 429)
        #expect(plain.text.contains("message size \(large.count) is larger than configured max 10000"))
        #expect(plain.headers["Retry-After"] == nil)
        let bomb = EchoService.gzip(EchoService.message(String(repeating: "x", count: 30_000)).binary())
        let headers = [("Content-Encoding", "gzip")]
        let inflated = try #require(
            await EchoService.call(bomb, contentType: "application/proto", headers: headers)
        )
        #expect(inflated.status == 429)
        #expect(inflated.text.contains("is larger than configured max 20000"))
    }

    @Test(arguments: ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
    func onlyPostIsServed(method: String) async throws {
        let response = try #require(await EchoService.call([], contentType: nil, method: method))
        #expect(response.status == 405 && response.headers["Allow"] == "POST")
    }

    @Test(arguments: [nil, "text/plain", "application/json; charset=latin1", "application/connect+proto"])
    func otherContentTypesAreRefused(contentType: String?) async throws {
        let response = try #require(await EchoService.call([], contentType: contentType))
        #expect(response.status == 415 && response.bytes.isEmpty)
        #expect(response.headers["Accept-Post"]?.split(separator: ",").count == 11)
    }

    @Test(arguments: ["/echo.v1.EchoService/Nope", "/echo.v1.EchoService/Echo/", "/"])
    func otherPathsAreNotOurs(path: String) async {
        #expect(await EchoService.call([], contentType: "application/proto", path: path) == nil)
    }

    @Test func doubledSlashesAreOne() async {
        let path = "/" + EchoService.path + "?a=//"
        #expect(await EchoService.call([], contentType: "application/proto", path: path)?.status == 200)
    }

    @Test(arguments: [
        ("x", 400, #"parse timeout: strconv.ParseInt: parsing \"x\": invalid syntax"#),
        ("12345678901", 400, "has >10 digits"), ("0", 504, "context deadline exceeded"),
        ("-1", 504, "context deadline exceeded"),
    ])
    func badTimeoutsAreRefused(value: String, status: Int, text: String) async throws {
        let headers = [("Connect-Timeout-Ms", value)]
        let response = try #require(
            await EchoService.call([], contentType: "application/proto", headers: headers)
        )
        #expect(response.status == status)
        #expect(response.text.contains(text))
    }

    @Test func aHandlerIsCutAtTheDeadline() async throws {
        let response = try #require(
            await EchoService.call(
                [],
                contentType: "application/proto",
                path: EchoService.hangPath,
                headers: [("Connect-Timeout-Ms", "20")]
            )
        )
        #expect(response.status == 504)
    }

    @Test func onlyVersion1IsSpoken() async throws {
        for (version, status) in [("1", 200), ("2", 400)] {
            let headers = [("Connect-Protocol-Version", version)]
            let response = await EchoService.call([], contentType: "application/proto", headers: headers)
            #expect(response?.status == status)
        }
    }
}
