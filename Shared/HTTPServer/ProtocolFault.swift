// SPDX-License-Identifier: Apache-2.0

/// What is wrong with bytes that are not HTTP as we take it; each is answered 400, and the connection closes.
package enum ProtocolFault: Error, Equatable, CaseIterable, Sendable {
    case blankLines
    case requestLine
    case version
    case http10
    case target
    case targetTooLong
    case lineEnding
    case field
    case fieldCount
    case fieldListTooLong
    case host
    case framing
    case expectation
    case chunk
    case chunkExtension
    case chunkCount
    case trailers

    /// Client-facing text, with a stable id to search for.
    package var message: String {
        switch self {
        case .blankLines: "more than two blank lines before a request (err-blank-lines)"
        case .requestLine: "malformed request line (err-request-line)"
        case .version: "HTTP version not supported (err-http-version)"
        case .http10: "HTTP/1.0 is only served on health and metrics paths (err-http-1-0)"
        case .target: "malformed request target (err-bad-target)"
        case .targetTooLong: "request target too long (err-target-too-long)"
        case .lineEnding: "bare CR, bare LF or NUL in a header (err-line-ending)"
        case .field: "malformed header field (err-bad-field)"
        case .fieldCount: "too many header fields (err-field-count)"
        case .fieldListTooLong: "header fields too long (err-header-too-long)"
        case .host: "exactly one valid Host is required (err-bad-host)"
        case .framing: "ambiguous or malformed body length (err-body-framing)"
        case .expectation: "unknown expectation (err-expectation)"
        case .chunk: "malformed chunked body (err-bad-chunk)"
        case .chunkExtension: "chunk extension too long (err-chunk-extension)"
        case .chunkCount: "too many or too small chunks (err-chunk-count)"
        case .trailers: "request trailers are not accepted (err-trailers)"
        }
    }
}

/// The JSON answers the server gives of itself, before or instead of a handler.
package enum ServerAnswer {
    case fault(ProtocolFault)
    case bodyTooSlow
    case tooManyConnections
    case draining

    var response: HTTPResponse {
        switch self {
        case .fault(let fault): Self.envelope(400, "invalid_argument", fault.message)
        case .bodyTooSlow: Self.envelope(408, "deadline_exceeded", "request body too slow (err-slow-client)")
        case .tooManyConnections:
            Self.envelope(503, "unavailable", "too many connections (err-conn-limit)", retryAfterSeconds: 5)
        case .draining:
            Self.envelope(503, "unavailable", "shutting down (err-draining)", retryAfterSeconds: 5)
        }
    }

    private static func envelope(
        _ status: Int,
        _ code: String,
        _ message: String,
        retryAfterSeconds: Int? = nil
    ) -> HTTPResponse {
        var headers: HTTPHeaders = [
            "Content-Type": "application/json", "X-Content-Type-Options": "nosniff",
        ]
        if let retryAfterSeconds { headers.append("Retry-After", String(retryAfterSeconds)) }
        let body = #"{"code":"\#(code)","message":"\#(message)"}"#
        return HTTPResponse(status: status, headers: headers, body: .bytes(Array(body.utf8)))
    }
}
