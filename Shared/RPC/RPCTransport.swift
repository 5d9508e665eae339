// SPDX-License-Identifier: Apache-2.0

/// How a message is encoded.
package enum RPCEncoding: Sendable { case binary, json }

/// Which of the three protocols a request speaks, told by its content type (spec/query 1.2).
struct RPCTransport: Equatable {
    enum Envelope: Equatable { case connect, grpc, grpcWeb }

    let envelope: Envelope
    let encoding: RPCEncoding
    /// As listed in `known`; answers carry it too.
    let contentType: String

    /// Every content type served.
    static let known: [RPCTransport] = [
        RPCTransport(envelope: .grpc, encoding: .binary, contentType: "application/grpc"),
        RPCTransport(envelope: .grpc, encoding: .json, contentType: "application/grpc+json"),
        RPCTransport(envelope: .grpc, encoding: .json, contentType: "application/grpc+json; charset=utf-8"),
        RPCTransport(envelope: .grpc, encoding: .binary, contentType: "application/grpc+proto"),
        RPCTransport(envelope: .grpcWeb, encoding: .binary, contentType: "application/grpc-web"),
        RPCTransport(envelope: .grpcWeb, encoding: .json, contentType: "application/grpc-web+json"),
        RPCTransport(
            envelope: .grpcWeb,
            encoding: .json,
            contentType: "application/grpc-web+json; charset=utf-8"
        ),
        RPCTransport(envelope: .grpcWeb, encoding: .binary, contentType: "application/grpc-web+proto"),
        RPCTransport(envelope: .connect, encoding: .json, contentType: "application/json"),
        RPCTransport(envelope: .connect, encoding: .json, contentType: "application/json; charset=utf-8"),
        RPCTransport(envelope: .connect, encoding: .binary, contentType: "application/proto"),
    ]

    /// The value of `Accept-Post` when a content type is refused.
    static let acceptPost = known.map(\.contentType).joined(separator: ", ")

    /// The transport of a content type; case and white space do not matter, parameters do.
    static func of(contentType: String) -> RPCTransport? {
        let parts = contentType.lowercased().split(separator: ";", omittingEmptySubsequences: false)
        let canonical = parts.map { part in
            let text = part.drop { $0 == " " || $0 == "\t" }
            return String(text.prefix(text.count - text.reversed().prefix { $0 == " " || $0 == "\t" }.count))
        }.joined(separator: "; ")
        return self.known.first { $0.contentType == canonical }
    }
}
