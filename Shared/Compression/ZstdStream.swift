// SPDX-License-Identifier: Apache-2.0
//
// Invariant: libzstd reads only inside the borrowed input and writes only inside the buffer it is given; the
// context has one owner, which frees it.
internal import CZstd

/// A stream of zstd frames in the hands of libzstd.
@safe
final class ZstdStream: StreamEngine {
    private let context: OpaquePointer
    /// Whether the last byte used ended a frame.
    private(set) var isAtEnd = false

    init() {
        guard let context = unsafe ZSTD_createDCtx() else { preconditionFailure("out of memory") }
        unsafe self.context = context
        _ = unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Int32(ZstdDecoder.windowLogMax))
    }

    deinit { unsafe ZSTD_freeDCtx(self.context) }

    func step(_ input: Span<UInt8>, room: Int) throws(CompressionError) -> (output: [UInt8], used: Int) {
        if self.isAtEnd {
            guard !input.isEmpty else { return ([], 0) }
            self.isAtEnd = false
        }
        var result = 0
        var used = 0
        let output = unsafe input.withUnsafeBufferPointer { bytes in
            unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                var source = unsafe ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
                var target = unsafe ZSTD_outBuffer(dst: buffer.baseAddress, size: room, pos: 0)
                result = unsafe ZSTD_decompressStream(self.context, &target, &source)
                count = unsafe target.pos
                used = unsafe source.pos
            }
        }
        guard ZSTD_isError(result) == 0 else { throw ZstdDecoder.error(result, limit: room) }
        self.isAtEnd = result == 0
        return (output, used)
    }
}
