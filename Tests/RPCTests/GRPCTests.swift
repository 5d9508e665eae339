// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import ProtobufWire
import RPC
import Support
import Testing

@Suite struct GRPCTests {
    @Test(arguments: ["application/grpc", "application/grpc+proto"])
    func answersInTrailers(contentType: String) async throws {
        let body = EchoService.framed(EchoService.message("hi").binary())
        FuzzSeed.save(body, for: "GRPCFrameFuzz")
        let response = try #require(await EchoService.call(body, contentType: contentType))
        #expect(response.status == 200)
        #expect(response.headers["Content-Type"] == contentType)
        #expect(response.bytes == [0, 0, 0, 0, 4, 0x0A, 2, 0x68, 0x69])
        #expect(response.trailers == ["grpc-status": "0"])
    }

    @Test func speaksJSONInFrames() async throws {
        let body = EchoService.framed(Array(#"{"text":"hi"}"#.utf8))
        let response = try #require(await EchoService.call(body, contentType: "application/grpc+json"))
        #expect(response.text.hasSuffix(#"{"text":"hi"}"#))
    }

    @Test func webTrailersAreTheLastFrame() async throws {
        let response = try #require(
            await EchoService.call(EchoService.framed([]), contentType: "application/grpc-web+proto")
        )
        #expect(response.bytes == [0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0x10] + Array("grpc-status: 0\r\n".utf8))
        #expect(response.trailers.isEmpty)
    }

    @Test func errorsAreTrailersOnly() async throws {
        let body = EchoService.framed(EchoService.message("", code: 5).binary())
        let response = try #require(await EchoService.call(body, contentType: "application/grpc"))
        #expect(response.status == 200 && response.bytes.isEmpty)
        #expect(response.trailers["grpc-status"] == "5")
        #expect(response.trailers["grpc-message"] == "told so: 100%25 %C3%A9")
    }

    /// What `google.rpc.Status` with a `RetryInfo` of five seconds looks like.
    @Test func whatMayBeTriedAgainSaysWhen() async throws {
        let body = EchoService.framed(EchoService.message("", code: 14).binary())
        let response = try #require(await EchoService.call(body, contentType: "application/grpc"))
        let text = try #require(response.trailers["grpc-status-details-bin"])
        #expect(!text.contains("="))
        let encoded = Array(text.utf8)
        let bytes = Base64.decode(encoded.span)
        let message = Array("told so: 100% é".utf8)
        let type = Array("type.googleapis.com/google.rpc.RetryInfo".utf8)
        let delay: [UInt8] = [0x12, 4, 0x0A, 2, 0x08, 5]
        let any = [0x0A, UInt8(type.count)] + type + delay
        let status = [0x08, 14, 0x12, UInt8(message.count)] + message + [0x1A, UInt8(any.count)] + any
        #expect(bytes == status)
        let lasting = EchoService.framed(EchoService.message("", code: 5).binary())
        let other = try #require(await EchoService.call(lasting, contentType: "application/grpc"))
        #expect(other.trailers["grpc-status-details-bin"] == nil)
    }

    @Test func webErrorsAreHeadersOnly() async throws {
        let body = EchoService.framed(EchoService.message("", code: 14).binary())
        let response = try #require(await EchoService.call(body, contentType: "application/grpc-web"))
        #expect(response.status == 200 && response.bytes.isEmpty && response.trailers.isEmpty)
        #expect(response.headers["grpc-status"] == "14")
    }

    @Test func compressesAsTheClientDoes() async throws {
        let body = EchoService.framed(EchoService.gzip(EchoService.message("hi").binary()), flags: 1)
        FuzzSeed.save(body, for: "GRPCFrameFuzz")
        let headers = [("grpc-encoding", "gzip")]
        let response = try #require(
            await EchoService.call(body, contentType: "application/grpc", headers: headers)
        )
        #expect(response.headers["grpc-encoding"] == "gzip")
        #expect(response.bytes.first == 1)
        let message = try EchoService.gunzip(Array(response.bytes.dropFirst(5)))
        #expect(try EchoAnswer(binary: message).text == "hi")
    }

    @Test func takesZstdAndAnswersPlain() async throws {
        let body = EchoService.framed(EchoService.zstd(EchoService.message("hi").binary()), flags: 1)
        let headers = [("grpc-encoding", "zstd")]
        let response = try #require(
            await EchoService.call(body, contentType: "application/grpc", headers: headers)
        )
        #expect(response.trailers == ["grpc-status": "0"])
        #expect(response.headers["grpc-accept-encoding"] == "gzip,zstd")
        #expect(response.bytes == [0, 0, 0, 0, 4, 0x0A, 2, 0x68, 0x69])
    }

    static let broken: [(body: [UInt8], headers: [(String, String)], status: String, message: String)] = [
        ([], [], "12", "unary request has zero messages"),
        ([0, 0, 0], [], "3", "protocol error: incomplete envelope: unexpected EOF"),
        ([0, 0, 0, 0, 9, 1], [], "3", "protocol error: promised 9 bytes in enveloped message, got 1 bytes"),
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [], "12", "unary request has multiple messages"),
        ([1, 0, 0, 0, 0], [], "13", "protocol error: sent compressed message without compression support"),
        ([2, 0, 0, 0, 0], [], "13", "protocol error: invalid envelope flags 2"),
        ([0, 0, 0, 0, 1, 0x10], [], "3", "unmarshal message: unexpected EOF"),
        ([0, 0, 0, 0, 2, 8, 1], [], "3", "unmarshal message: proto: wrong wireType = 0 for field Text"),
        ([0, 255, 255, 255, 255], [], "8", "message size 4294967295 is larger than configured max 20000"),
        ([1, 0, 0, 0, 1, 8], [("grpc-encoding", "gzip")], "3", "get decompressor: gzip: invalid header"),
        ([0, 0, 0, 0, 0], [("grpc-timeout", "5x")], "3", "protocol error: timeout has invalid unit 'x'"),
        ([0, 0, 0, 0, 0], [("grpc-timeout", "S")], "3", "protocol error: invalid timeout \"S\""),
        ([0, 0, 0, 0, 0], [("grpc-timeout", "0n")], "4", "context deadline exceeded"),
    ]

    @Test(arguments: broken.indices)
    func brokenRequestsAnswerAsRecorded(index: Int) async throws {
        let row = Self.broken[index]
        let response = try #require(
            await EchoService.call(row.body, contentType: "application/grpc", headers: row.headers)
        )
        #expect(response.status == 200)
        #expect(response.trailers["grpc-status"] == row.status)
        #expect(response.trailers["grpc-message"] == row.message)
    }

    @Test(arguments: ["1H", "99999999H", "5M", "1S", "10m", "99999999u", "99999999n"])
    func acceptsEveryUnitOfTime(timeout: String) throws {
        let limit = try #require(try RPCDeadline.grpc(["grpc-timeout": timeout]))
        #expect(limit > .zero)
    }
}
