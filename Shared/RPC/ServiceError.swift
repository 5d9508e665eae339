// SPDX-License-Identifier: Apache-2.0
package import HTTPServer
internal import ProtobufWire

/// What a service answers instead of a result: the code, the text for the client, the cause for the log.
package struct ServiceError: Error, Sendable {
    package let code: ServiceCode
    /// For the client: says which limit, its value and the offending size; at most 256 bytes of the client's
    /// own text.
    package let message: String
    /// For the log only.
    package let cause: (any Error)?
    /// When the client should come back, in seconds; set for what passes by itself.
    package var retryAfterSeconds: Int?
    /// The status of a Connect or plain HTTP answer, by default that of the code.
    package var httpStatus: Int
    /// What the answer says besides in its header.
    package var headers: HTTPHeaders = [:]

    /// An error; `unavailable` asks the client back in 5 seconds unless told otherwise.
    package init(
        _ code: ServiceCode,
        _ message: String,
        cause: (any Error)? = nil,
        retryAfterSeconds: Int? = nil
    ) {
        self.code = code
        self.message = message
        self.cause = cause
        self.retryAfterSeconds = retryAfterSeconds ?? (code == .unavailable ? 5 : nil)
        self.httpStatus = code.httpStatus
    }

    /// A fault of ours: a fixed text for the client, the cause for the log.
    package static func `internal`(_ cause: any Error) -> ServiceError {
        ServiceError(.internal, "internal error", cause: cause)
    }

    /// The answer to a request whose deadline passed.
    package static let deadlineExceeded = ServiceError(.deadlineExceeded, "context deadline exceeded")

    /// The answer to a client that went away.
    package static let canceled = ServiceError(.canceled, "the request was cancelled by the client")

    /// `{"code":"…","message":"…"}`.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"code\":")
        writer.text(self.code.name)
        writer.raw(",\"message\":")
        writer.text(self.message)
        writer.byte(UInt8(ascii: "}"))
        return writer.bytes
    }

    /// The answer of Connect: status, JSON, `Retry-After`.
    package var connectResponse: HTTPResponse {
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        for field in self.headers.fields { headers.append(field.name, field.value) }
        if let seconds = self.retryAfterSeconds { headers.set("Retry-After", String(seconds)) }
        return HTTPResponse(status: self.httpStatus, headers: headers, body: .bytes(self.json))
    }

    /// The answer of routes that are no RPC: as Connect's, with a line end and `nosniff`.
    package var plainResponse: HTTPResponse {
        var response = self.connectResponse
        response.headers.set("X-Content-Type-Options", "nosniff")
        response.body = .bytes(self.json + [0x0A])
        return response
    }

    /// The answer of routes whose errors are text: the message and a line end.
    package var textResponse: HTTPResponse {
        var response = HTTPResponse(
            status: self.httpStatus,
            contentType: "text/plain; charset=utf-8",
            text: self.message + "\n"
        )
        response.headers.set("X-Content-Type-Options", "nosniff")
        for field in self.headers.fields { response.headers.append(field.name, field.value) }
        if let seconds = self.retryAfterSeconds { response.headers.set("Retry-After", String(seconds)) }
        return response
    }
}

extension ServiceError {
    /// A body that could not be read.
    package init(_ error: HTTPBodyError) {
        switch error {
        case .tooLarge(let limit, let declared):
            let size = declared.map { "message size \($0)" } ?? "message size"
            self.init(.resourceExhausted, "\(size) is larger than configured max \(limit)", cause: error)
        case .tooSlow:
            self.init(.deadlineExceeded, "the request body came too slowly", cause: error)
            self.httpStatus = 408
        case .disconnected: self = .canceled
        case .malformed: self.init(.invalidArgument, "malformed request body", cause: error)
        case .overloaded(let limit):
            let reason = "requests in flight hold \(limit) bytes, the limit (err-overloaded)"
            self.init(.unavailable, reason, cause: error, retryAfterSeconds: Int.random(in: 1...10))
        case .unknownCoding(let name):
            let shown = String(name.prefix(32).filter { $0.isASCII && $0 > " " && $0 != "\"" })
            self.init(unsupported: "unknown compression \"\(shown)\"")
        case .severalCodings: self.init(unsupported: "a body compressed more than once is not taken")
        case .undecodable(let coding):
            self.init(.invalidArgument, "the request body is no valid \(coding)", cause: error)
        case .truncated(let coding):
            self.init(.invalidArgument, "the \(coding) data of the request body ends early", cause: error)
        case .inflatedTooLarge(let limit):
            let reason = "the request body inflates to more than \(limit) bytes"
            self.init(.resourceExhausted, reason, cause: error)
            self.httpStatus = 413
        }
    }

    /// A coding of the body that is not taken: the answer says which ones are (RFC 9110 15.5.16).
    private init(unsupported reason: String) {
        self.init(.unimplemented, "\(reason): supported encodings are \(RPCCompression.accepted)")
        self.httpStatus = 415
        self.headers.set("Accept-Encoding", ContentCoding.accepted)
    }
}
