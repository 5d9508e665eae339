// SPDX-License-Identifier: Apache-2.0
//
// Invariant: `stream` lives at one address from init to deinit (zlib checks it); its input pointer is only
// used during the call that lends the bytes, its output pointer only during the call that owns the buffer.
internal import CZlib

/// Inflates gzip, zlib or raw deflate piece by piece, for bodies that arrive over time.
@safe
package struct StreamInflater: ~Copyable {
    /// What the bytes are wrapped in.
    package enum Format: Sendable {
        /// gzip, several members allowed.
        case gzip
        /// What HTTP calls `deflate`: a zlib wrapper.
        case zlib
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private let format: Format
    private let limit: Int
    private var made = 0
    /// Whether the last byte given ended a member.
    private var atEnd = false

    private static let pieceByteCount = 32 << 10

    /// An inflater that gives at most `limit` bytes in all.
    package init(_ format: Format, limit: Int) {
        self.format = format
        self.limit = limit
        unsafe self.stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe self.stream.initialize(to: z_stream())
        let windowBits: Int32 = format == .gzip ? 15 + 16 : 15
        let result = unsafe inflateInit2_(
            self.stream,
            windowBits,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard result == Z_OK else { preconditionFailure("out of memory") }
    }

    deinit {
        unsafe inflateEnd(self.stream)
        unsafe self.stream.deallocate()
    }

    /// Inflates the next piece and appends what comes out to `output`.
    package mutating func inflate(
        _ piece: Span<UInt8>,
        into output: inout [UInt8]
    ) throws(CompressionError) {
        guard !piece.isEmpty else { return }
        guard let count = UInt32(exactly: piece.count) else { throw .sizeLimit(self.limit) }
        try unsafe piece.withUnsafeBufferPointer { (bytes) throws(CompressionError) in
            unsafe self.stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
            unsafe self.stream.pointee.avail_in = count
            try self.drain(into: &output)
        }
        unsafe self.stream.pointee.next_in = nil
    }

    /// Call after the last piece: throws when the end of the compressed stream is missing.
    package mutating func finish() throws(CompressionError) {
        guard self.atEnd else { throw .truncated }
    }

    /// Runs zlib until the piece is used up and nothing more comes out.
    private mutating func drain(into output: inout [UInt8]) throws(CompressionError) {
        while true {
            if self.atEnd {
                guard unsafe self.stream.pointee.avail_in > 0 else { return }
                guard self.format == .gzip, unsafe inflateReset(self.stream) == Z_OK else { throw .corrupt }
                self.atEnd = false
            }
            var result = Z_OK
            var room = UInt32(0)
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.pieceByteCount) { buffer, count in
                unsafe self.stream.pointee.next_out = buffer.baseAddress
                unsafe self.stream.pointee.avail_out = UInt32(Self.pieceByteCount)
                result = unsafe CZlib.inflate(self.stream, Z_NO_FLUSH)
                room = unsafe self.stream.pointee.avail_out
                unsafe self.stream.pointee.next_out = nil
                count = Self.pieceByteCount - Int(room)
            }
            self.made += bytes.count
            guard self.made <= self.limit else { throw .sizeLimit(self.limit) }
            output += bytes
            switch result {
            case Z_STREAM_END: self.atEnd = true
            case Z_OK: if unsafe self.stream.pointee.avail_in == 0, room > 0 { return }
            case Z_BUF_ERROR: return
            case Z_NEED_DICT: throw .unsupported
            default: throw .corrupt
            }
        }
    }
}

// SAFETY: one noncopyable owner; zlib keeps all state behind the handle.
extension StreamInflater: @unchecked Sendable {}
