// SPDX-License-Identifier: Apache-2.0
import Compression
import HTTPServer
import ProtobufWire
import RPC

struct EchoRequest: Message {
    static let messageName = "echo.v1.EchoRequest"

    var text = ""
    var code: Int32 = 0

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "text", &self.text)
        try codec.field(2, "code", &self.code)
    }
}

struct EchoAnswer: Message {
    static let messageName = "echo.v1.EchoAnswer"

    var text = ""

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "text", &self.text)
    }
}

/// A service that answers what it is told, or fails with the code it is told.
enum EchoService {
    static let path = "/echo.v1.EchoService/Echo"
    static let hangPath = "/echo.v1.EchoService/Hang"

    static let router = RPCRouter(
        methods: [
            RPCMethod(path) { (_, request: EchoRequest) throws(ServiceError) -> EchoAnswer in
                if let code = ServiceCode(rawValue: Int(request.code)) {
                    throw ServiceError(code, "told so: 100% é")
                }
                var answer = EchoAnswer()
                answer.text = request.text
                return answer
            },
            RPCMethod(hangPath) { (_, _: EchoRequest) async throws(ServiceError) -> EchoAnswer in
                // Ends when the task is cancelled, never before.
                for await _ in AsyncStream<Never>(Never.self, { _ in }) {}
                throw .canceled
            },
        ],
        limits: RPCRouter.Limits(bodyByteCountMax: 10_000, messageByteCountMax: 20_000)
    )

    static func call(
        _ body: [UInt8],
        contentType: String?,
        method: String = "POST",
        path: String = path,
        headers: [(String, String)] = []
    ) async -> HTTPResponse? {
        var fields = HTTPHeaders()
        if let contentType { fields.append("Content-Type", contentType) }
        for (name, value) in headers { fields.append(name, value) }
        let request = HTTPRequest(
            method: method,
            target: path,
            version: .http11,
            headers: fields,
            authority: "localhost",
            remoteAddress: "127.0.0.1:1",
            declaredLength: body.count,
            body: BufferedBody(body)
        )
        return await self.router.respond(to: request)
    }

    static func framed(_ message: [UInt8], flags: UInt8 = 0) -> [UInt8] {
        var frame: [UInt8] = []
        GRPCFrame.append(flags: flags, message, to: &frame)
        return frame
    }

    static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var deflater = GzipDeflater()
        return deflater.deflate(bytes.span)
    }

    static func zstd(_ bytes: [UInt8]) -> [UInt8] {
        var encoder = ZstdEncoder()
        return encoder.encode(bytes.span)
    }

    static func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
        var inflater = GzipInflater()
        return try inflater.inflate(bytes.span, limit: 1 << 20)
    }

    static func message(_ text: String, code: Int32 = 0) -> EchoRequest {
        var request = EchoRequest()
        request.text = text
        request.code = code
        return request
    }
}

extension HTTPResponse {
    var bytes: [UInt8] {
        if case .bytes(let bytes) = self.body { bytes } else { [] }
    }

    var text: String { String(decoding: self.bytes, as: UTF8.self) }
}
