// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// What a record of the log holds.
package enum LogRecordKind: UInt8, Sendable {
    /// The frame of one profile.
    case profile = 1
}

/// The nine bytes before a record's payload: length, checksum, kind.
///
/// The checksum covers length, kind and payload and continues from the checksum of the record before, or of
/// the header: a record that belongs elsewhere cannot pass.
package enum LogRecord {
    /// Bytes before the payload.
    package static let headerByteCount = 9
    /// The longest payload; what claims to be longer is damage.
    static let payloadByteCountMax = 64 << 20

    /// The bytes a payload of `byteCount` takes in the log.
    package static func byteCount(payload byteCount: Int) -> UInt64 {
        UInt64(Self.headerByteCount + byteCount)
    }

    /// Appends a record whose payload comes in two pieces to `bytes`; returns its checksum, the seed of the
    /// next.
    static func append(
        _ kind: LogRecordKind,
        _ first: [UInt8],
        _ second: [UInt8],
        seed: UInt32,
        to writer: inout ByteWriter
    ) -> UInt32 {
        let length = UInt32(first.count + second.count)
        var checksum = Self.seed(length: length, kind: kind.rawValue, seed: seed)
        checksum = CRC32C.checksum(first.span, seed: checksum)
        checksum = CRC32C.checksum(second.span, seed: checksum)
        writer.fixed32(length)
        writer.fixed32(checksum)
        writer.byte(kind.rawValue)
        writer.raw(span: first.span)
        writer.raw(span: second.span)
        return checksum
    }

    /// The checksum over length and kind, from which that over the payload continues.
    static func seed(length: UInt32, kind: UInt8, seed: UInt32) -> UInt32 {
        var bytes: InlineArray<5, UInt8> = [0, 0, 0, 0, kind]
        for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: length &>> UInt32(8 * index)) }
        return CRC32C.checksum(bytes.span, seed: seed)
    }
}
