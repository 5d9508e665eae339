// SPDX-License-Identifier: Apache-2.0
internal import Compression

/// Compression of messages: gzip or none, as negotiated by headers.
struct RPCCompression {
    /// Whether the request's message is gzip.
    let requestIsGzip: Bool
    /// Whether the answer may be gzip.
    let responseIsGzip: Bool

    /// What `sent` names; refuses anything but gzip and identity.
    init(sent: String?, accepted: String?, mirrorsRequest: Bool) throws(ServiceError) {
        switch sent {
        case nil, "", "identity": self.requestIsGzip = false
        case "gzip": self.requestIsGzip = true
        case let other?:
            let shown = String(other.prefix(32).filter { $0.isASCII && $0 > " " && $0 != "\"" })
            let reason = "unknown compression \"\(shown)\": supported encodings are gzip"
            throw ServiceError(.unimplemented, reason)
        }
        let names = (accepted ?? "").split { $0 == "," || $0 == " " || $0 == "\t" }
        let accepts = names.contains { $0 == "gzip" || ($0.hasPrefix("gzip;") && !$0.hasSuffix("q=0")) }
        self.responseIsGzip = accepts || (mirrorsRequest && self.requestIsGzip)
    }

    /// The message behind gzip, refused when it has more than `limit` bytes.
    static func inflate(_ bytes: [UInt8], limit: Int) throws(ServiceError) -> [UInt8] {
        guard GzipInflater.isGzip(bytes.span) else {
            let reason = bytes.isEmpty ? "EOF" : "gzip: invalid header"
            throw ServiceError(.invalidArgument, "get decompressor: \(reason)")
        }
        var inflater = GzipInflater()
        do {
            return try inflater.inflate(bytes.span, limit: limit)
        } catch {
            switch error {
            case .sizeLimit:
                // The trailer says how large the last member claims to be; below the limit it says nothing
                // useful.
                let guess = GzipInflater.sizeGuess(bytes.span, limit: .max)
                let size = guess > limit ? "message size \(guess)" : "message size"
                let reason = "\(size) is larger than configured max \(limit)"
                throw ServiceError(.resourceExhausted, reason, cause: error)
            case .corrupt, .truncated, .unsupported:
                throw ServiceError(
                    .invalidArgument,
                    "decompress: gzip: invalid or truncated data",
                    cause: error
                )
            }
        }
    }

    /// One gzip member that holds `bytes`; fast rather than small.
    static func deflate(_ bytes: [UInt8]) -> [UInt8] {
        var deflater = GzipDeflater(level: 1)
        return deflater.deflate(bytes.span)
    }
}
