// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProtobufWire

/// `google.rpc.Status` with a `google.rpc.RetryInfo`: how gRPC says what HTTP says by `Retry-After`.
///
/// Clients such as the Collector send again after RESOURCE_EXHAUSTED only when it is there.
struct GRPCStatus {
    private let error: ServiceError
    private let seconds: Int

    /// The status of `error`, which may be tried again after `seconds`.
    init(_ error: ServiceError, retryAfterSeconds seconds: Int) {
        self.error = error
        self.seconds = seconds
    }

    /// The value of `grpc-status-details-bin`: base64 without padding.
    var header: String {
        var base64: [UInt8] = []
        Base64.encode(self.bytes, into: &base64)
        return String(decoding: base64.filter { $0 != UInt8(ascii: "=") }, as: UTF8.self)
    }

    private var bytes: [UInt8] {
        var out = ByteWriter()
        out.tag(1, .varint)
        out.varint(self.error.code.rawValue)
        out.tag(2, .lengthDelimited)
        out.text(self.error.message)
        out.tag(3, .lengthDelimited)
        out.nested { any in
            any.tag(1, .lengthDelimited)
            any.text("type.googleapis.com/google.rpc.RetryInfo")
            any.tag(2, .lengthDelimited)
            any.nested { info in
                info.tag(1, .lengthDelimited)
                info.nested { delay in
                    delay.tag(1, .varint)
                    delay.varint(max(self.seconds, 0))
                }
            }
        }
        return out.bytes
    }
}
