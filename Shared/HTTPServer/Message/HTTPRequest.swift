// SPDX-License-Identifier: Apache-2.0

/// Protocol version of a request.
package enum HTTPVersion: Sendable, Equatable { case http10, http11, http2 }

/// Why a request body could not be read to its end.
package enum HTTPBodyError: Error, Equatable {
    /// More bytes than the handler allows; `declared` when `Content-Length` said so.
    case tooLarge(limit: Int, declared: Int?)
    /// The client sent too slowly and was cut.
    case tooSlow
    /// The client went away.
    case disconnected
    /// Broken framing (chunk lines, more bytes than declared).
    case malformed
    /// The requests in flight hold as many bytes as they may together.
    case overloaded(limit: Int)
    /// `Content-Encoding` names something that is not understood.
    case unknownCoding(String)
    /// `Content-Encoding` names several codings: the body would have to be inflated more than once.
    case severalCodings
    /// The body is not what `Content-Encoding` says, or is damaged.
    case undecodable(ContentCoding)
    /// The compressed body ends early.
    case truncated(ContentCoding)
    /// More bytes than the handler allows come out of the compressed body.
    case inflatedTooLarge(limit: Int)
}

/// The body of a request: bytes in pieces, in order, read once.
package protocol HTTPBodySource: AnyObject, Sendable {
    /// The next piece, nil at the end. Reading drives flow control: what is not read is not received.
    func next() async throws(HTTPBodyError) -> [UInt8]?

    /// Counts bytes that came out of the body by inflating against what requests may hold; `overloaded` when
    /// they do not fit.
    func hold(_ byteCount: Int) throws(HTTPBodyError)

    /// Says that bytes of the body, which were counted, are no longer in memory.
    func release(_ byteCount: Int)
}

extension HTTPBodySource {
    /// Nobody counts.
    package func hold(_ byteCount: Int) throws(HTTPBodyError) {}

    /// Nobody counts.
    package func release(_ byteCount: Int) {}
}

/// A request as the handler sees it; the body may still be on its way.
package struct HTTPRequest: Sendable {
    package let method: String
    /// As sent: path and query, percent-encoded.
    package let target: String
    package let version: HTTPVersion
    package let headers: HTTPHeaders
    /// The value of `Host` or `:authority`.
    package let authority: String
    /// Address of the peer, `ip:port`.
    package let remoteAddress: String
    /// From `Content-Length`, nil when the length is not known beforehand.
    package let declaredLength: Int?
    package let body: any HTTPBodySource

    package init(
        method: String,
        target: String,
        version: HTTPVersion,
        headers: HTTPHeaders,
        authority: String,
        remoteAddress: String,
        declaredLength: Int?,
        body: any HTTPBodySource
    ) {
        self.method = method
        self.target = target
        self.version = version
        self.headers = headers
        self.authority = authority
        self.remoteAddress = remoteAddress
        self.declaredLength = declaredLength
        self.body = body
    }

    init(_ head: RequestHead, remoteAddress: String, body: any HTTPBodySource) {
        self.init(
            method: head.method,
            target: head.target,
            version: head.version,
            headers: head.headers,
            authority: head.authority,
            remoteAddress: remoteAddress,
            declaredLength: head.declaredLength,
            body: body
        )
    }

    /// The same request with its body read through another source.
    package func reading(_ body: any HTTPBodySource) -> HTTPRequest {
        HTTPRequest(
            method: self.method,
            target: self.target,
            version: self.version,
            headers: self.headers,
            authority: self.authority,
            remoteAddress: self.remoteAddress,
            declaredLength: self.declaredLength,
            body: body
        )
    }

    /// The part of the target before `?`, still percent-encoded.
    package var path: Substring { self.target.prefix { $0 != "?" } }

    /// The part of the target after `?`, still percent-encoded; empty when absent.
    package var query: Substring {
        guard let mark = self.target.firstIndex(of: "?") else { return "" }
        return self.target[self.target.index(after: mark)...]
    }

    private static let reservedByteCountMax = 1 << 20

    /// Reads the whole body, refusing more than `limit` bytes (from `Content-Length` before the first byte is
    /// read).
    package func collectBody(limit: Int) async throws(HTTPBodyError) -> [UInt8] {
        if let declared = self.declaredLength, declared > limit {
            throw .tooLarge(limit: limit, declared: declared)
        }
        guard var all = try await self.body.next() else { return [] }
        // No more than this for bytes that are only promised.
        if let declared = self.declaredLength {
            all.reserveCapacity(min(declared, Self.reservedByteCountMax))
        }
        while true {
            guard all.count <= limit else { throw .tooLarge(limit: limit, declared: nil) }
            guard let piece = try await self.body.next() else { return all }
            all.append(piece, atMost: limit)
        }
    }
}

/// A body that is already there: for tests, for in-process calls, and to read one again.
package final class BufferedBody: HTTPBodySource {
    private let bytes: [UInt8]
    private let taken = Taken()
    private let origin: (any HTTPBodySource)?

    /// A body of `bytes`, which count where those of `origin` do.
    package init(_ bytes: [UInt8], of origin: (any HTTPBodySource)? = nil) {
        self.bytes = bytes
        self.origin = origin
    }

    /// All bytes at once, then nil.
    package func next() async throws(HTTPBodyError) -> [UInt8]? {
        self.taken.claim() && !self.bytes.isEmpty ? self.bytes : nil
    }

    /// Counts with the origin.
    package func hold(_ byteCount: Int) throws(HTTPBodyError) { try self.origin?.hold(byteCount) }

    /// Counts with the origin.
    package func release(_ byteCount: Int) { self.origin?.release(byteCount) }
}
