// SPDX-License-Identifier: Apache-2.0

/// What of the request decides the form of its answer.
struct RequestTraits {
    var isHead = false
    var isHTTP10 = false
    var keepsAlive = false
    /// The client waits for 100 Continue before it sends the body.
    var awaitsContinue = false
    /// Body bytes given to the driver and not yet taken by the handler.
    var heldByteCount = 0

    init() {}

    init(_ request: HTTP1RequestHead, isDraining: Bool) {
        self.isHead = request.head.method == "HEAD"
        self.isHTTP10 = request.head.version == .http10
        self.keepsAlive = request.keepsAlive && !isDraining
        self.awaitsContinue = request.head.expectsContinue
    }
}

/// The bytes of a status line and header, and how the body behind it is delimited.
struct HTTP1ResponseHead {
    let bytes: [UInt8]
    let sendsBody: Bool
    let isChunked: Bool
    /// The body ends where the connection does (HTTP/1.0 streams).
    let endsWithConnection: Bool

    init(_ response: HTTPResponse, request: RequestTraits, date: [UInt8]?) {
        let status = (200...599).contains(response.status) ? response.status : 500
        let forbidsBody = status == 204 || status == 304
        var length: Int?
        if case .bytes(let body) = response.body { length = body.count }
        self.sendsBody = !forbidsBody && !request.isHead
        self.isChunked = self.sendsBody && !request.isHTTP10 && (length == nil || !response.trailers.isEmpty)
        self.endsWithConnection = self.sendsBody && length == nil && request.isHTTP10

        var bytes: [UInt8] = []
        bytes.reserveCapacity(192 + 48 * response.headers.fields.count)
        Self.appendStatusLine(status, to: &bytes)
        Self.append(response.headers, to: &bytes)
        if let date {
            bytes += "Date: ".utf8
            bytes += date
            bytes += "\r\n".utf8
        }
        if self.isChunked {
            bytes += "Transfer-Encoding: chunked\r\n".utf8
            if !response.trailers.isEmpty {
                let names = response.trailers.fields.map(\.name).joined(separator: ", ")
                Self.append(["Trailer": names], to: &bytes)
            }
        } else if let length, !forbidsBody {
            bytes += "Content-Length: ".utf8
            bytes += String(length).utf8
            bytes += "\r\n".utf8
        }
        if !request.keepsAlive || self.endsWithConnection { bytes += "Connection: close\r\n".utf8 }
        bytes += "\r\n".utf8
        self.bytes = bytes
    }

    /// One chunk; nothing for no bytes, since an empty chunk would end the body.
    static func chunk(_ body: [UInt8]) -> [UInt8] {
        guard !body.isEmpty else { return [] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(body.count + 20)
        bytes += String(body.count, radix: 16).utf8
        bytes += "\r\n".utf8
        bytes += body
        bytes += "\r\n".utf8
        return bytes
    }

    /// The end of a chunked body.
    static func lastChunk(_ trailers: HTTPHeaders) -> [UInt8] {
        var bytes = Array("0\r\n".utf8)
        Self.append(trailers, to: &bytes)
        bytes += "\r\n".utf8
        return bytes
    }

    private static func appendStatusLine(_ status: Int, to bytes: inout [UInt8]) {
        guard status != 200 else {
            bytes += "HTTP/1.1 200 OK\r\n".utf8
            return
        }
        bytes += "HTTP/1.1 ".utf8
        bytes += String(status).utf8
        bytes.append(ByteClass.space)
        bytes += Self.reason(status).utf8
        bytes += "\r\n".utf8
    }

    /// Fields of the handler, without those that are ours, and without anything that would split the answer.
    private static func append(_ headers: HTTPHeaders, to bytes: inout [UInt8]) {
        for field in headers.fields where Self.isAllowed(field.name) {
            bytes += field.name.utf8
            bytes.append(ByteClass.colon)
            bytes.append(ByteClass.space)
            for byte in field.value.utf8 { bytes.append(ByteClass.isValue(byte) ? byte : ByteClass.space) }
            bytes += "\r\n".utf8
        }
    }

    /// Whether a handler may set this field.
    static func isAllowed(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.allSatisfy(ByteClass.isToken) else { return false }
        switch name.utf8.count {
        case 4: return !HTTPHeaders.equal(name, "date")
        case 7: return !HTTPHeaders.equal(name, "upgrade")
        case 10: return !HTTPHeaders.equal(name, "connection") && !HTTPHeaders.equal(name, "keep-alive")
        case 14: return !HTTPHeaders.equal(name, "content-length")
        case 17: return !HTTPHeaders.equal(name, "transfer-encoding")
        default: return true
        }
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 499: "Client Closed Request"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        default: "Status"
        }
    }
}
