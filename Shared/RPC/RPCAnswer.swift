// SPDX-License-Identifier: Apache-2.0
internal import HTTPServer

/// The outcome of a call on its way into one of the three protocols.
struct RPCAnswer {
    private let result: Result<[UInt8], ServiceError>
    private let isGzip: Bool

    /// `isGzip` says whether the client takes gzip.
    init(_ result: Result<[UInt8], ServiceError>, isGzip: Bool) {
        self.result = result
        self.isGzip = isGzip
    }

    /// The answer in the protocol and content type of the request.
    func response(_ transport: RPCTransport) -> HTTPResponse {
        transport.envelope == .connect ? self.connect(transport) : self.grpc(transport)
    }

    private func connect(_ transport: RPCTransport) -> HTTPResponse {
        switch self.result {
        case .failure(let error): return error.connectResponse
        case .success(let message):
            var headers: HTTPHeaders = ["Content-Type": transport.contentType]
            // An empty message becomes an empty gzip member, as the Go server answers.
            guard self.isGzip else {
                return HTTPResponse(status: 200, headers: headers, body: .bytes(message))
            }
            headers.set("Content-Encoding", "gzip")
            return HTTPResponse(status: 200, headers: headers, body: .bytes(RPCCompression.deflate(message)))
        }
    }

    /// Errors of gRPC are trailers without a message; of gRPC-Web, headers without a body.
    private func grpc(_ transport: RPCTransport) -> HTTPResponse {
        let isWeb = transport.envelope == .grpcWeb
        var response = HTTPResponse(
            status: 200,
            headers: ["Content-Type": transport.contentType, "grpc-accept-encoding": RPCCompression.accepted]
        )
        switch self.result {
        case .failure(let error):
            var status: HTTPHeaders = ["grpc-status": String(error.code.rawValue)]
            status.append("grpc-message", GRPCFrame.percentEncoded(error.message))
            if let seconds = error.retryAfterSeconds {
                status.append("grpc-status-details-bin", GRPCStatus(error, retryAfterSeconds: seconds).header)
            }
            guard isWeb else {
                response.trailers = status
                return response
            }
            for field in status.fields { response.headers.append(field.name, field.value) }
        case .success(let message):
            let status: HTTPHeaders = ["grpc-status": "0"]
            var body: [UInt8] = []
            if self.isGzip, !message.isEmpty {
                response.headers.set("grpc-encoding", "gzip")
                GRPCFrame.append(flags: GRPCFrame.compressed, RPCCompression.deflate(message), to: &body)
            } else {
                GRPCFrame.append(flags: 0, message, to: &body)
            }
            if isWeb { body += GRPCFrame.trailerFrame(status) } else { response.trailers = status }
            response.body = .bytes(body)
        }
        return response
    }
}
