// SPDX-License-Identifier: Apache-2.0

/// Where a streaming response body writes; suspends while the client reads slowly.
package protocol HTTPBodySink: AnyObject, Sendable {
    func write(_ bytes: [UInt8]) async throws(HTTPBodyError)
}

/// The body of a response.
package enum HTTPResponseBody: Sendable {
    case bytes([UInt8])
    /// Produced piece by piece; a throw after the first byte cuts the connection (HTTP/1.1) or resets the
    /// stream (HTTP/2).
    case stream(@Sendable (any HTTPBodySink) async throws -> Void)
}

/// What a handler answers.
///
/// `Content-Length`, `Date`, `Connection` and `Transfer-Encoding` are the server's to set.
package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: HTTPResponseBody
    /// Sent after the body: HTTP/2 trailers (gRPC), or chunked trailers on HTTP/1.1.
    package var trailers: HTTPHeaders

    package init(
        status: Int,
        headers: HTTPHeaders = [:],
        body: HTTPResponseBody = .bytes([]),
        trailers: HTTPHeaders = [:]
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.trailers = trailers
    }

    /// A response of text with a content type.
    package init(status: Int, contentType: String, text: String) {
        self.init(status: status, headers: ["Content-Type": contentType], body: .bytes(Array(text.utf8)))
    }
}

/// Answers requests; runs as one task per request, off the event loops.
package protocol HTTPHandler: Sendable {
    /// Never throws: an error is a response. The task is cancelled when the client goes away.
    func respond(to request: HTTPRequest) async -> HTTPResponse
}
