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
    /// How many bytes of the open frame's magic number were seen, and whether it is a frame to be skipped.
    private var magicCount = 0
    private var isSkippable = false

    private static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
    /// The first byte ends in any four bits.
    private static let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18]

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
            self.magicCount = 0
        }
        try self.checkMagic(input)
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

    /// The library also reads the formats of its first years, with decoders that nobody looks after.
    private func checkMagic(_ input: Span<UInt8>) throws(CompressionError) {
        var at = 0
        while self.magicCount < Self.magic.count, at < input.count {
            if self.magicCount == 0 { self.isSkippable = input[at] & 0xF0 == Self.skippable[0] }
            let byte = self.magicCount == 0 && self.isSkippable ? input[at] & 0xF0 : input[at]
            guard byte == (self.isSkippable ? Self.skippable : Self.magic)[self.magicCount] else {
                throw .corrupt
            }
            self.magicCount += 1
            at += 1
        }
    }
}
