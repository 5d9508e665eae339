// SPDX-License-Identifier: Apache-2.0
//
// Invariant: libzstd reads only inside the borrowed input and writes only inside the buffer it is given; each
// context has one owner, which frees it.
internal import CZstd

/// A reusable zstd compression context.
@safe
package struct ZstdEncoder: ~Copyable {
    private let context: OpaquePointer

    /// An encoder of `level` 1 to 19; frames carry their size and no checksum.
    package init(level: Int = 3) {
        guard let context = unsafe ZSTD_createCCtx() else { preconditionFailure("out of memory") }
        unsafe self.context = context
        let clamped = Int32(min(max(level, 1), 19))
        _ = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, clamped)
    }

    deinit { unsafe ZSTD_freeCCtx(self.context) }

    /// Compresses `bytes` to one frame appended to `output`; returns the frame's size.
    @discardableResult
    package mutating func encode(_ bytes: Span<UInt8>, appendingTo output: inout [UInt8]) -> Int {
        let frame = self.encode(bytes)
        output += frame
        return frame.count
    }

    /// Compresses `bytes` to one frame.
    package mutating func encode(_ bytes: Span<UInt8>) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        return unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            count = unsafe bytes.withUnsafeBufferPointer {
                unsafe ZSTD_compress2(self.context, buffer.baseAddress, bound, $0.baseAddress, $0.count)
            }
            precondition(ZSTD_isError(count) == 0, "zstd failed although there was room")
        }
    }
}

/// A reusable zstd decompression context.
@safe
package struct ZstdDecoder: ~Copyable {
    private let context: OpaquePointer

    /// The largest window a frame of unknown size may ask for, as a power of two.
    package static let windowLogMax = 23

    private static let unknownSize = UInt64.max
    private static let notZstd = UInt64.max - 1

    /// A decoder.
    package init() {
        guard let context = unsafe ZSTD_createDCtx() else { preconditionFailure("out of memory") }
        unsafe self.context = context
        _ = unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Int32(Self.windowLogMax))
    }

    deinit { unsafe ZSTD_freeDCtx(self.context) }

    /// Whether `bytes` begin as a zstd frame does.
    package static func isZstd(_ bytes: Span<UInt8>) -> Bool {
        bytes.count >= 4 && bytes[0] == 0x28 && bytes[1] == 0xB5 && bytes[2] == 0x2F && bytes[3] == 0xFD
    }

    /// How many bytes the first frame says it holds; nil when it does not say.
    package static func declaredByteCount(_ frame: Span<UInt8>) -> Int? {
        let declared = unsafe frame.withUnsafeBufferPointer {
            unsafe ZSTD_getFrameContentSize($0.baseAddress, $0.count)
        }
        guard declared != Self.unknownSize, declared != Self.notZstd else { return nil }
        return Int(clamping: declared)
    }

    /// How many bytes a frame will give: as it declares, else eight times its size, and at most `limit`.
    package static func sizeGuess(_ frame: Span<UInt8>, limit: Int) -> Int {
        let (usual, isHuge) = frame.count.multipliedReportingOverflow(by: 8)
        return max(1, min(Self.declaredByteCount(frame) ?? (isHuge ? limit : usual), limit))
    }

    /// Decompresses one frame; refuses frames that declare or hold more than `limit` bytes.
    package mutating func decode(_ frame: Span<UInt8>, limit: Int) throws(CompressionError) -> [UInt8] {
        let declared = unsafe frame.withUnsafeBufferPointer {
            unsafe ZSTD_getFrameContentSize($0.baseAddress, $0.count)
        }
        if declared == Self.notZstd { throw .corrupt }
        if declared == Self.unknownSize { return try self.decodeStream(frame, limit: limit) }
        guard let size = Int(exactly: declared), size <= limit else { throw .sizeLimit(limit) }
        var outcome: Result<Int, CompressionError> = .success(0)
        let output = unsafe [UInt8](unsafeUninitializedCapacity: max(size, 1)) { buffer, count in
            let room = unsafe UnsafeMutableBufferPointer(start: buffer.baseAddress, count: size)
            do throws(CompressionError) {
                count = unsafe try self.decode(frame, into: room)
            } catch {
                outcome = .failure(error)
            }
        }
        _ = try outcome.get()
        guard output.count == size else { throw .corrupt }
        return output
    }

    /// Decompresses one frame into `output`; returns how many bytes it held.
    package mutating func decode(
        _ frame: Span<UInt8>,
        into output: UnsafeMutableBufferPointer<UInt8>
    ) throws(CompressionError) -> Int {
        let result = unsafe frame.withUnsafeBufferPointer {
            unsafe ZSTD_decompressDCtx(
                self.context,
                output.baseAddress,
                output.count,
                $0.baseAddress,
                $0.count
            )
        }
        guard ZSTD_isError(result) == 0 else { throw Self.error(result, limit: output.count) }
        return result
    }

    /// Decompresses a frame that does not declare its size, piece by piece.
    private mutating func decodeStream(_ frame: Span<UInt8>, limit: Int) throws(CompressionError) -> [UInt8] {
        _ = unsafe ZSTD_DCtx_reset(self.context, ZSTD_reset_session_only)
        let pieceByteCount = ZSTD_DStreamOutSize()
        var output: [UInt8] = []
        return try unsafe frame.withUnsafeBufferPointer { (bytes) throws(CompressionError) -> [UInt8] in
            var input = unsafe ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
            while true {
                var result = 0
                let piece = unsafe [UInt8](unsafeUninitializedCapacity: pieceByteCount) { buffer, count in
                    var target = unsafe ZSTD_outBuffer(dst: buffer.baseAddress, size: pieceByteCount, pos: 0)
                    result = unsafe ZSTD_decompressStream(self.context, &target, &input)
                    count = unsafe target.pos
                }
                guard ZSTD_isError(result) == 0 else { throw Self.error(result, limit: limit) }
                guard output.count + piece.count <= limit else { throw .sizeLimit(limit) }
                output += piece
                if result == 0 {
                    guard unsafe input.pos == input.size else { throw .corrupt }
                    return output
                }
                if piece.isEmpty, unsafe input.pos == input.size { throw .truncated }
            }
        }
    }

    /// What a result of libzstd means.
    static func error(_ code: Int, limit: Int) -> CompressionError {
        switch ZSTD_getErrorCode(code) {
        case ZSTD_error_srcSize_wrong: .truncated
        case ZSTD_error_dictionary_wrong, ZSTD_error_frameParameter_windowTooLarge: .unsupported
        case ZSTD_error_dstSize_tooSmall: .sizeLimit(limit)
        default: .corrupt
        }
    }
}

// SAFETY: the contexts have one noncopyable owner and keep no thread-local state.
extension ZstdEncoder: @unchecked Sendable {}
// SAFETY: as above.
extension ZstdDecoder: @unchecked Sendable {}
