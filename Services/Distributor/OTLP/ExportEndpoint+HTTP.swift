// SPDX-License-Identifier: Apache-2.0
internal import Compression
internal import HTTPServer
internal import OTLPProfiles
internal import ProfileModel
internal import ProtobufWire
internal import RPC
internal import ServiceKit

/// The plain HTTP side: `POST /v1development/profiles`, and the path of the RPC for whoever does not speak
/// gRPC there (spec/ingest 5.2).
extension ExportEndpoint {
    private static let httpPath = "/v1development/profiles"
    private static let answerType = "application/x-protobuf"

    /// The routes; `respond` answers gRPC on the path of the RPC.
    func routes(
        grpc respond: @escaping @Sendable (HTTPRequest) async -> HTTPResponse?
    ) -> [Route] {
        [
            .post(Self.httpPath) { request in
                Self.isGRPC(request) ? Self.unimplemented : await self.respond(request)
            },
            .post(Self.rpcPath) { request in
                if Self.isGRPC(request), let response = await respond(request) { return response }
                return await self.respond(request)
            },
        ]
    }

    private static func isGRPC(_ request: HTTPRequest) -> Bool {
        (request.headers["Content-Type"] ?? "").lowercased().hasPrefix("application/grpc")
    }

    /// gRPC has no service on the plain path.
    private static var unimplemented: HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: ["Content-Type": "application/grpc"],
            trailers: ["grpc-status": "12", "grpc-message": "unknown service v1development"]
        )
    }

    private func respond(_ request: HTTPRequest) async -> HTTPResponse {
        do throws(ServiceError) {
            let tenant = try self.tenant(of: request.headers)
            let encoding = try Self.encoding(of: request)
            let body = try await self.body(of: request, tenant)
            let answer = try await self.answer(body, encoding, tenant)
            return Self.success(answer, encoding)
        } catch {
            return error.code == .unauthenticated ? error.plainResponse : error.textResponse
        }
    }

    private func answer(
        _ body: [UInt8],
        _ encoding: RPCEncoding,
        _ tenant: TenantID
    ) async throws(ServiceError) -> ExportAnswer {
        do throws(ServiceError) {
            return try await self.store(body, encoding, tenant)
        } catch {
            guard case .unreadable? = error.cause as? OTLPError else { throw error }
            let kind = encoding == .json ? "JSON" : "protobuf"
            throw ServiceError(.invalidArgument, "Failed to parse \(kind) request: \(error.message)")
        }
    }

    /// Parameters of the content type, such as a charset, say nothing.
    private static func encoding(of request: HTTPRequest) throws(ServiceError) -> RPCEncoding {
        let type = request.headers["Content-Type"] ?? ""
        let name = (type.split(separator: ";").first ?? "").filter { $0 != " " && $0 != "\t" }.lowercased()
        switch name {
        case "application/x-protobuf", "application/protobuf": return .binary
        case "application/json": return .json
        default:
            let text = "Unsupported Content-Type: \(LabelValidation.clipped(type))"
            var error = ServiceError(.invalidArgument, text)
            error.httpStatus = 415
            throw error
        }
    }

    /// The body, inflated when it says that it is compressed.
    ///
    /// A plain body that calls itself zstd is read: the real server took no notice of the word.
    private func body(of request: HTTPRequest, _ tenant: TenantID) async throws(ServiceError) -> [UInt8] {
        let limits = HTTPBodyLimits(self.intake.limits.limits(of: tenant))
        do throws(HTTPBodyError) {
            let coding = try ContentCoding(of: request.headers)
            let sent = try await request.collectBody(limit: limits.wire)
            let isPlain = coding == .identity || coding == .zstd && !ZstdDecoder.isZstd(sent.span)
            if isPlain { return sent }
            let again = request.reading(BufferedBody(sent, of: request.body))
            return try await again.collectDecodedBody(limits: limits)
        } catch {
            switch error {
            case .tooLarge(let limit, let declared):
                let size = declared.map { ": the body has \($0) bytes" } ?? ""
                let text = "profile payload size exceeds limit of \(ByteText.decimal(limit))\(size)"
                throw ServiceError(text, as: .bodySizeLimitExceeded)
            case .inflatedTooLarge(let limit):
                let text = "uncompressed profile payload size exceeds limit of \(ByteText.decimal(limit))"
                throw ServiceError(text, as: .bodySizeLimitExceeded)
            case .undecodable, .truncated:
                let reason = ServiceError(error).message
                throw ServiceError(.invalidArgument, "Failed to read request body: \(reason)", cause: error)
            default: throw ServiceError(error)
            }
        }
    }

    /// An empty message in the real server's words, whatever the encoding; what was refused is said in the
    /// encoding of the request.
    private static func success(_ answer: ExportAnswer, _ encoding: RPCEncoding) -> HTTPResponse {
        let isJSON = encoding == .json && answer.partialSuccess != nil
        return HTTPResponse(
            status: 200,
            headers: ["Content-Type": isJSON ? "application/json" : Self.answerType],
            body: .bytes(isJSON ? answer.json() : answer.binary())
        )
    }
}
