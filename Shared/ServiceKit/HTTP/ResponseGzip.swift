// SPDX-License-Identifier: Apache-2.0
internal import Compression
internal import HTTPServer

/// Compresses whole response bodies for clients that take gzip.
enum ResponseGzip {
    /// Smaller bodies gain nothing.
    static let byteCountMin = 1_024
    /// Fast rather than small: answers are made on demand.
    private static let level = 3

    static func apply(to response: inout HTTPResponse, accepted: String?) {
        guard case .bytes(let body) = response.body, Self.isWorthIt(response, body.count) else { return }
        response.headers.append("Vary", "Accept-Encoding")
        guard Self.takesGzip(accepted) else { return }
        var deflater = GzipDeflater(level: Self.level)
        let compressed = deflater.deflate(body.span)
        guard compressed.count < body.count else { return }
        response.body = .bytes(compressed)
        response.headers.set("Content-Encoding", "gzip")
    }

    private static func isWorthIt(_ response: HTTPResponse, _ byteCount: Int) -> Bool {
        guard byteCount >= Self.byteCountMin, response.headers["Content-Encoding"] == nil else {
            return false
        }
        // gRPC frames carry their own compression.
        guard let type = response.headers["Content-Type"], !type.hasPrefix("application/grpc") else {
            return false
        }
        return ["text/", "application/json", "application/javascript", "application/proto", "image/svg"]
            .contains { type.hasPrefix($0) }
    }

    /// Whether `Accept-Encoding` names gzip with a weight above zero (RFC 9110 12.5.3).
    static func takesGzip(_ accepted: String?) -> Bool {
        guard let accepted else { return false }
        var byStar = false
        for item in accepted.lowercased().split(separator: ",") {
            let parts = item.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let coding = parts.first else { continue }
            let weights = parts.dropFirst().filter { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 }
            let isWanted = weights.allSatisfy { $0 > 0 }
            if coding == "gzip" || coding == "x-gzip" { return isWanted }
            if coding == "*" { byStar = isWanted }
        }
        return byStar
    }
}
