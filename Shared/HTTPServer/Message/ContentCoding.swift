// SPDX-License-Identifier: Apache-2.0
internal import Compression

/// How the body of a request is compressed (RFC 9110 8.4).
package enum ContentCoding: String, Sendable {
    case identity
    case gzip
    case zstd

    /// The value of `Accept-Encoding` where another coding is refused.
    package static let accepted = "gzip, zstd"

    /// The coding that `Content-Encoding` names.
    ///
    /// Several are refused: nothing is inflated twice.
    package init(of headers: HTTPHeaders) throws(HTTPBodyError) {
        var coding = ContentCoding.identity
        for value in headers.all("Content-Encoding") {
            for part in value.split(separator: ",") {
                let name = part.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
                guard let next = Self.named(name.lowercased()) else { throw .unknownCoding(String(name)) }
                guard next != .identity else { continue }
                guard coding == .identity else { throw .severalCodings }
                coding = next
            }
        }
        self = coding
    }

    private static func named(_ name: String) -> ContentCoding? {
        switch name {
        case "", "identity": .identity
        case "gzip", "x-gzip": .gzip
        case "zstd": .zstd
        default: nil
        }
    }

    /// Whether the compressed `bytes` hold gzip or zstd; looks at their beginning only.
    package func hidesCompressedBytes(in bytes: [UInt8]) throws(HTTPBodyError) -> Bool {
        guard let format = self.format else { return false }
        var inflater = StreamInflater(format, limit: .max)
        inflater.feed(Array(bytes.prefix(Self.peekByteCount)))
        do throws(CompressionError) {
            guard let head = try inflater.next() else { return false }
            return GzipInflater.isGzip(head.span) || ZstdDecoder.isZstd(head.span)
        } catch {
            throw .undecodable(self)
        }
    }

    private static let peekByteCount = 4 << 10

    /// The format to inflate; nil when there is nothing to do.
    var format: StreamInflater.Format? {
        switch self {
        case .identity: nil
        case .gzip: .gzip
        case .zstd: .zstd
        }
    }
}

/// How many bytes a body may have.
package struct HTTPBodyLimits: Sendable, Equatable {
    /// As received.
    package var wire: Int
    /// After inflating.
    package var inflated: Int

    /// Limits of one body.
    package init(wire: Int, inflated: Int) {
        self.wire = wire
        self.inflated = inflated
    }
}
