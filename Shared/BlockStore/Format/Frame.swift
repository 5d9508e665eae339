// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import Compression

/// How the bytes of a section or column are stored.
enum FrameCodec: UInt8, Sendable {
    case raw = 0
    case zstd = 1
}

/// Limits on what a frame may claim to hold.
enum FrameLimit {
    /// The most bytes a frame may inflate to, given how many it is stored in: a lie costs its teller bytes
    /// on disk.
    static func rawByteCountMax(storedIn byteCount: Int) -> Int {
        min(byteCount, 1 << 20) * 4_096 + 1 << 20
    }
}

/// Compresses frames where that helps.
struct FramePacker: ~Copyable {
    private var encoder: ZstdEncoder

    init(level: Int) { self.encoder = ZstdEncoder(level: level) }

    /// The smaller of `bytes` and their zstd frame.
    mutating func pack(_ bytes: [UInt8]) -> (codec: FrameCodec, bytes: [UInt8]) {
        let frame = self.encoder.encode(bytes.span)
        guard frame.count < bytes.count, bytes.count <= FrameLimit.rawByteCountMax(storedIn: frame.count)
        else { return (.raw, bytes) }
        return (.zstd, frame)
    }
}

/// Inflates frames.
struct FrameReader: ~Copyable {
    private var decoder = ZstdDecoder()

    /// The bytes that `frame` holds; nil when it is damaged or holds another number of bytes than
    /// `rawByteCount`.
    mutating func unpack(_ frame: Span<UInt8>, codec: FrameCodec, rawByteCount: Int) -> [UInt8]? {
        switch codec {
        case .raw:
            guard frame.count == rawByteCount else { return nil }
            var writer = ByteWriter(capacity: frame.count)
            writer.raw(span: frame)
            return writer.bytes
        case .zstd:
            guard rawByteCount <= FrameLimit.rawByteCountMax(storedIn: frame.count) else { return nil }
            do throws(CompressionError) {
                let bytes = try self.decoder.decode(frame, limit: rawByteCount)
                return bytes.count == rawByteCount ? bytes : nil
            } catch {
                return nil
            }
        }
    }
}
