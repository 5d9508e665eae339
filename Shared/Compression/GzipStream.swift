// SPDX-License-Identifier: Apache-2.0
//
// Invariant: `stream` lives at one address from init to deinit (zlib checks it); its input pointer is only
// used during the call that lends the bytes, its output pointer only during the call that owns the buffer.
internal import CZlib

/// A gzip stream in the hands of zlib.
@safe
final class GzipStream: StreamEngine {
    private let stream: UnsafeMutablePointer<z_stream>
    /// Whether the last byte used ended a member.
    private(set) var isAtEnd = false

    /// The largest window, and a gzip wrapper.
    private static let windowBits: Int32 = 15 + 16

    init() {
        unsafe self.stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe self.stream.initialize(to: z_stream())
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        let result = unsafe inflateInit2_(self.stream, Self.windowBits, ZLIB_VERSION, size)
        guard result == Z_OK else { preconditionFailure("out of memory") }
    }

    deinit {
        unsafe inflateEnd(self.stream)
        unsafe self.stream.deallocate()
    }

    func step(_ input: Span<UInt8>, room: Int) throws(CompressionError) -> (output: [UInt8], used: Int) {
        if self.isAtEnd {
            guard !input.isEmpty else { return ([], 0) }
            guard unsafe inflateReset(self.stream) == Z_OK else { throw .corrupt }
            self.isAtEnd = false
        }
        let lent = UInt32(clamping: input.count)
        let capacity = UInt32(clamping: room)
        var result = Z_OK
        let output = unsafe input.withUnsafeBufferPointer { bytes in
            unsafe [UInt8](unsafeUninitializedCapacity: Int(capacity)) { buffer, count in
                unsafe self.stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
                unsafe self.stream.pointee.avail_in = lent
                unsafe self.stream.pointee.next_out = buffer.baseAddress
                unsafe self.stream.pointee.avail_out = capacity
                result = unsafe inflate(self.stream, Z_NO_FLUSH)
                count = unsafe Int(capacity - self.stream.pointee.avail_out)
                unsafe self.stream.pointee.next_in = nil
                unsafe self.stream.pointee.next_out = nil
            }
        }
        let used = unsafe Int(lent - self.stream.pointee.avail_in)
        switch result {
        case Z_STREAM_END: self.isAtEnd = true
        case Z_OK, Z_BUF_ERROR: break
        case Z_NEED_DICT: throw .unsupported
        default: throw .corrupt
        }
        return (output, used)
    }
}
