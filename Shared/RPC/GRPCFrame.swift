// SPDX-License-Identifier: Apache-2.0
internal import HTTPServer

/// Frames of gRPC and gRPC-Web: one byte of flags, four bytes of length, the message.
package enum GRPCFrame {
    /// The bytes before a message.
    package static let prefixByteCount = 5
    static let compressed: UInt8 = 1
    static let trailers: UInt8 = 0x80

    /// The one message of a unary request, as sent, and whether it is compressed.
    package static func message(
        in body: [UInt8],
        takesCompressed: Bool,
        limit: Int
    ) throws(ServiceError) -> (bytes: [UInt8], isCompressed: Bool) {
        guard !body.isEmpty else { throw ServiceError(.unimplemented, "unary request has zero messages") }
        guard body.count >= Self.prefixByteCount else {
            throw ServiceError(.invalidArgument, "protocol error: incomplete envelope: unexpected EOF")
        }
        let flags = body[0]
        let length = body[1...4].reduce(0) { $0 << 8 | Int($1) }
        guard length <= limit else {
            let reason = "message size \(length) is larger than configured max \(limit)"
            throw ServiceError(.resourceExhausted, reason)
        }
        let rest = body.count - Self.prefixByteCount
        guard rest >= length else {
            let reason = "promised \(length) bytes in enveloped message, got \(rest) bytes"
            throw ServiceError(.invalidArgument, "protocol error: \(reason)")
        }
        guard rest == length else {
            throw ServiceError(.unimplemented, "unary request has multiple messages")
        }
        let message = Array(body[Self.prefixByteCount...])
        switch flags {
        case 0: return (message, false)
        case Self.compressed:
            guard takesCompressed else {
                let reason = "protocol error: sent compressed message without compression support"
                throw ServiceError(.internal, reason)
            }
            return (message, true)
        default: throw ServiceError(.internal, "protocol error: invalid envelope flags \(flags)")
        }
    }

    /// Appends a frame.
    package static func append(flags: UInt8, _ message: [UInt8], to output: inout [UInt8]) {
        output.append(flags)
        let length = UInt32(clamping: message.count)
        for shift: UInt32 in [24, 16, 8, 0] { output.append(UInt8(truncatingIfNeeded: length >> shift)) }
        output.append(contentsOf: message)
    }

    /// The frame that carries trailers in gRPC-Web.
    static func trailerFrame(_ trailers: HTTPHeaders) -> [UInt8] {
        let text = trailers.fields.map { "\($0.name): \($0.value)\r\n" }.joined()
        var frame: [UInt8] = []
        Self.append(flags: Self.trailers, Array(text.utf8), to: &frame)
        return frame
    }

    /// `text` as it goes into `grpc-message`: bytes outside printable ASCII, and `%`, percent-encoded.
    package static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "%") {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
