// SPDX-License-Identifier: Apache-2.0
package import HTTPClient
package import ProtobufWire

/// Calls unary methods by Connect with binary messages.
package struct RPCClient: Sendable {
    /// A flame graph of a million nodes has four million numbers.
    private static let answerElementCountMax = 1 << 26

    private let http: HTTPClient
    private let address: String
    private let headers: [ClientHeader]

    /// A client of the server at `address` (`http://host:port`) that sends `headers` with every call.
    package init(http: HTTPClient, address: String, headers: [ClientHeader] = []) {
        self.http = http
        self.address = address
        self.headers = headers
    }

    /// Calls `/package.Service/Method`; the server is told the timeout too.
    package func call<Request: Message, Answer: Message>(
        _ path: String,
        _ request: Request,
        timeout: Duration = .seconds(30)
    ) async throws(ServiceError) -> Answer {
        let milliseconds = max(1, Int64(timeout / .milliseconds(1)))
        let headers = [
            ClientHeader("Content-Type", "application/proto"), ClientHeader("Connect-Protocol-Version", "1"),
            ClientHeader("Connect-Timeout-Ms", String(min(milliseconds, 9_999_999_999))),
        ]
        let response: ClientResponse
        do throws(HTTPClientError) {
            response = try await self.http.send(
                ClientRequest(
                    method: "POST",
                    url: self.address + path,
                    headers: headers + self.headers,
                    body: request.binary(),
                    timeout: timeout
                )
            )
        } catch { throw ServiceError(error) }
        guard response.status == 200 else { throw ServiceError(response) }
        do throws(CodecError) {
            var limits = CodecLimits()
            limits.elementCountMax = Self.answerElementCountMax
            return try Answer(binary: response.body, limits: limits)
        } catch { throw .internal(error) }
    }
}

extension ServiceError {
    /// A call that got no answer.
    init(_ error: HTTPClientError) {
        switch error {
        case .timedOut: self = .deadlineExceeded
        case .cancelled: self = .canceled
        case .responseTooLarge(let limit):
            self.init(.resourceExhausted, "the answer is larger than \(limit) bytes", cause: error)
        default: self.init(.unavailable, "the server could not be reached", cause: error)
        }
    }

    /// An answer that is no success: the server's code and text, or what the status alone says.
    init(_ response: ClientResponse) {
        // Proxies answer with other bodies: the status decides.
        let body = try? ConnectError(json: response.body)
        let retry = response.header("Retry-After").flatMap { Int($0) }
        if let body, let code = ServiceCode(name: body.code) {
            self.init(code, body.message, retryAfterSeconds: retry)
            return
        }
        let code: ServiceCode =
            switch response.status {
            case 400: .internal
            case 401: .unauthenticated
            case 403: .permissionDenied
            case 404: .unimplemented
            case 429, 502, 503, 504: .unavailable
            default: .unknown
            }
        self.init(code, "HTTP status \(response.status)", retryAfterSeconds: retry)
    }
}

/// The JSON of a Connect error.
private struct ConnectError: Message {
    static let messageName = "ConnectError"

    var code = ""
    var message = ""

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "code", &self.code)
        try codec.field(2, "message", &self.message)
    }
}
