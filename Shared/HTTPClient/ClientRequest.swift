// SPDX-License-Identifier: Apache-2.0

/// A header field of a request or response.
package struct ClientHeader: Sendable, Equatable {
    package let name: String
    package let value: String

    /// One field.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A request to send; the body is there as a whole.
package struct ClientRequest: Sendable {
    package var method: String
    /// Absolute, percent-encoded, `http` or `https`.
    package var url: String
    package var headers: [ClientHeader]
    package var body: [UInt8]
    /// From `send` to the last byte of the response.
    package var timeout: Duration
    /// Bytes of the response body; a longer one is an error.
    package var responseByteLimit: Int

    /// A request that waits at most 30 s and takes at most 64 MiB.
    package init(
        method: String = "GET",
        url: String,
        headers: [ClientHeader] = [],
        body: [UInt8] = [],
        timeout: Duration = .seconds(30),
        responseByteLimit: Int = 64 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.responseByteLimit = responseByteLimit
    }

    /// Whether every part can be written on the wire as it is.
    var isValid: Bool {
        !self.method.isEmpty && self.method.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            && self.url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            && (self.url.hasPrefix("http://") || self.url.hasPrefix("https://"))
            && self.headers.allSatisfy { header in
                !header.name.isEmpty
                    && header.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
                    && header.value.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
            }
    }
}

/// A whole response.
package struct ClientResponse: Sendable, Equatable {
    package let status: Int
    package let headers: [ClientHeader]
    package let body: [UInt8]
    /// What came after the body (gRPC's status).
    package let trailers: [ClientHeader]

    /// The first header of that name, whatever its case.
    package func header(_ name: String) -> String? {
        self.headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The first trailer of that name, whatever its case.
    package func trailer(_ name: String) -> String? {
        self.trailers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// Why there is no response.
package enum HTTPClientError: Error, Equatable {
    /// Method, URL or a header cannot be sent as it is.
    case invalidRequest
    /// Nobody of that name, or nobody listens; nothing was sent.
    case connectFailed
    /// The deadline passed.
    case timedOut
    /// The connection broke before the response was complete.
    case connectionLost
    /// The response breaks the protocol.
    case malformedResponse
    /// The body is longer than the request allows.
    case responseTooLarge(limit: Int)
    /// The header fields are longer than the client allows.
    case headersTooLarge(limit: Int)
    /// TLS could not be established.
    case tlsFailed
    /// The task was cancelled.
    case cancelled
    /// The client was shut down.
    case shutDown
    /// Another failure of the library, by its number.
    case failed(code: Int32)
}
