// SPDX-License-Identifier: Apache-2.0
import Compression
import HTTPServer
import ProfileModel
import ProtobufWire
import ServiceKit
import Support
import Testing
import WireAPI

/// Every way in takes gzip, zstd and plain bodies, and refuses others by name.
@Suite struct CompressedBodyTests {
    private static let profile = TinyPprof(["work", "main"], nanoseconds: 5, timeNanoseconds: Door.now).bytes
    private static let ingest = "/ingest?name=app&from=1"

    private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var deflater = GzipDeflater()
        return deflater.deflate(bytes.span)
    }

    private static func zstd(_ bytes: [UInt8]) -> [UInt8] {
        var encoder = ZstdEncoder()
        return encoder.encode(bytes.span)
    }

    private static func packed(_ bytes: [UInt8], _ coding: String) -> [UInt8] {
        switch coding {
        case "gzip": Self.gzip(bytes)
        case "zstd": Self.zstd(bytes)
        default: bytes
        }
    }

    @Test(arguments: ["identity", "gzip", "zstd"])
    func pushTakesEveryCoding(coding: String) async {
        let door = Door()
        let labels = [("service_name", "app"), ("__name__", "cpu")]
        let request = PushV1.PushRequest.of([(labels, [("", Self.profile)])])
        let answer = await door.send(
            "POST",
            "/push.v1.PusherService/Push",
            ["Content-Type": "application/proto", "Content-Encoding": coding],
            body: Self.packed(request.binary(), coding)
        )
        #expect(answer.status == 200, "\(answer.body)")
        #expect(door.sink.profiles.map(\.payload) == [Self.profile])
    }

    @Test(arguments: ["identity", "gzip", "zstd"])
    func foldedStacksComeCompressed(coding: String) async {
        let door = Door()
        let body = Self.packed(Array("main;work 3\n".utf8), coding)
        let answer = await door.send("POST", Self.ingest, ["Content-Encoding": coding], body: body, step: 3)
        #expect(answer.status == 200, "\(answer.body)")
        #expect(door.sink.profiles.count == 1)
    }

    @Test(arguments: ["identity", "gzip", "zstd"])
    func formsComeCompressed(coding: String) async {
        let door = Door()
        let head = "--xyz\r\nContent-Disposition: form-data; name=\"profile\"; filename=\"p\"\r\n\r\n"
        let form = Array(head.utf8) + Self.profile + Array("\r\n--xyz--\r\n".utf8)
        let headers: HTTPHeaders = [
            "Content-Type": "multipart/form-data; boundary=xyz", "Content-Encoding": coding,
        ]
        let answer = await door.send("POST", Self.ingest, headers, body: Self.packed(form, coding), step: 7)
        #expect(answer.status == 200, "\(answer.body)")
        #expect(door.sink.profiles.map(\.payload) == [Self.profile])
    }

    @Test func aCompressedPprofGoesOnAsItCame() async {
        let door = Door()
        for coding in ["gzip", "zstd"] {
            let sent = Self.packed(Self.profile, coding)
            let headers: HTTPHeaders = ["Content-Encoding": coding]
            let answer = await door.send("POST", Self.ingest + "&format=pprof", headers, body: sent)
            #expect(answer.status == 200, "\(answer.body)")
            #expect(door.sink.profiles.last?.payload == sent)
        }
    }

    @Test func compressionOnTopOfCompressionIsTakenOff() async {
        let door = Door()
        let inner = Self.gzip(Self.profile)
        for coding in ["gzip", "zstd"] {
            let headers: HTTPHeaders = ["Content-Encoding": coding]
            let body = Self.packed(inner, coding)
            let answer = await door.send("POST", Self.ingest + "&format=pprof", headers, body: body)
            #expect(answer.status == 200, "\(answer.body)")
            #expect(door.sink.profiles.last?.payload == inner)
        }
    }

    @Test(arguments: ["", "&format=pprof", "&format=jfr", "&format=lines", "&format=speedscope"])
    func otherCodingsAre415(format: String) async {
        let door = Door()
        for (coding, reason) in [
            ("br", #"unknown compression "br""#),
            ("gzip, zstd", "a body compressed more than once is not taken"),
        ] {
            let headers: HTTPHeaders = ["Content-Encoding": coding]
            let answer = await door.send("POST", Self.ingest + format, headers, body: [1, 2, 3])
            #expect(answer.status == 415)
            #expect(answer.headers["Accept-Encoding"] == "gzip, zstd")
            #expect(answer.message == reason + ": supported encodings are gzip,zstd")
        }
        #expect(door.sink.profiles.isEmpty)
    }

    @Test func exportsRefuseOtherCodingsToo() async {
        let headers: HTTPHeaders = ["Content-Type": "application/json", "Content-Encoding": "br"]
        let answer = await Door().send("POST", "/v1development/profiles", headers, body: [1, 2, 3])
        #expect(answer.status == 415)
        #expect(answer.headers["Accept-Encoding"] == "gzip, zstd")
    }

    @Test(arguments: ["gzip", "zstd"])
    func brokenBodiesAre400AndBombs413(coding: String) async {
        let door = Door()
        let whole = Self.packed(Array(String(repeating: "main;work 3\n", count: 50).utf8), coding)
        let headers: HTTPHeaders = ["Content-Encoding": coding]
        let cut = await door.send("POST", Self.ingest, headers, body: Array(whole.dropLast()))
        #expect(cut.status == 400)
        #expect(cut.message == "the \(coding) data of the request body ends early")
        let garbage = await door.send("POST", Self.ingest, headers, body: Array("main;work 3\n".utf8))
        #expect(garbage.status == 400)
        #expect(garbage.message == "the request body is no valid \(coding)")
        let limit = TenantLimits().inflatedBodyByteCountMax
        let bomb = Self.packed([UInt8](repeating: 0x20, count: limit + 1), coding)
        for target in [Self.ingest, Self.ingest + "&format=jfr"] {
            let answer = await door.send("POST", target, headers, body: bomb)
            #expect(answer.status == 413)
            #expect(answer.message == "the request body inflates to more than \(limit) bytes")
        }
        #expect(door.sink.profiles.isEmpty)
    }
}
