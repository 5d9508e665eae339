// SPDX-License-Identifier: Apache-2.0
internal import Compression
internal import HTTPServer

/// Compression of messages: gzip, zstd or none, as negotiated by headers.
struct RPCCompression {
    /// The codings of requests, as answers name them.
    static let accepted = "gzip,zstd"

    /// How the request's message is compressed; nil when it is not.
    let request: StreamInflater.Format?
    /// Whether the answer may be gzip.
    let responseIsGzip: Bool

    /// What `sent` names; refuses anything but gzip, zstd and identity, by the case-sensitive names of the
    /// Connect and gRPC protocols.
    init(sent: String?, accepted: String?, mirrorsRequest: Bool) throws(ServiceError) {
        switch sent {
        case nil, "", "identity": self.request = nil
        case "gzip": self.request = .gzip
        case "zstd": self.request = .zstd
        case let other?:
            var error = ServiceError(HTTPBodyError.unknownCoding(other))
            // The status of the protocol; plain HTTP says 415.
            error.httpStatus = error.code.httpStatus
            throw error
        }
        let names = (accepted ?? "").split { $0 == "," || $0 == " " || $0 == "\t" }
        let accepts = names.contains { $0 == "gzip" || ($0.hasPrefix("gzip;") && !$0.hasSuffix("q=0")) }
        self.responseIsGzip = accepts || (mirrorsRequest && self.request == .gzip)
    }

    /// The message behind a compressed one, refused when it has more than `limit` bytes.
    static func inflate(
        _ bytes: [UInt8],
        _ format: StreamInflater.Format,
        limit: Int
    ) throws(ServiceError) -> [UInt8] {
        let isFormat = format == .gzip ? GzipInflater.isGzip(bytes.span) : ZstdDecoder.isZstd(bytes.span)
        guard isFormat else {
            let reason = bytes.isEmpty ? "EOF" : "\(format): invalid header"
            throw ServiceError(.invalidArgument, "get decompressor: \(reason)")
        }
        do throws(CompressionError) {
            switch format {
            case .gzip:
                var inflater = GzipInflater()
                return try inflater.inflate(bytes.span, limit: limit)
            case .zstd: return try StreamInflater.inflate(bytes, .zstd, limit: limit)
            }
        } catch {
            switch error {
            case .sizeLimit:
                // What the message claims to hold; below the limit that says nothing useful.
                let guess =
                    format == .gzip
                    ? GzipInflater.sizeGuess(bytes.span, limit: .max)
                    : ZstdDecoder.declaredByteCount(bytes.span) ?? 0
                let size = guess > limit ? "message size \(guess)" : "message size"
                let reason = "\(size) is larger than configured max \(limit)"
                throw ServiceError(.resourceExhausted, reason, cause: error)
            case .corrupt, .truncated, .unsupported:
                let reason = "decompress: \(format): invalid or truncated data"
                throw ServiceError(.invalidArgument, reason, cause: error)
            }
        }
    }

    /// One gzip member that holds `bytes`; fast rather than small.
    static func deflate(_ bytes: [UInt8]) -> [UInt8] {
        var deflater = GzipDeflater(level: 1)
        return deflater.deflate(bytes.span)
    }
}
