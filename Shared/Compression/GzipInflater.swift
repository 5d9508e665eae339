// SPDX-License-Identifier: Apache-2.0
//
// Invariant: libdeflate reads only inside the borrowed input and writes only inside the buffer it is given;
// the handle has one owner, which frees it, and is used by one thread at a time (mutating access).
internal import CDeflate

/// Inflates whole gzip bodies in one go; keeps its tables from call to call.
@safe
package struct GzipInflater: ~Copyable {
    private let handle: OpaquePointer

    /// Deflate cannot grow bytes by more than this factor.
    private static let ratioMax = 1_032
    /// A gzip member takes at least this many bytes.
    private static let memberByteCountMin = 18

    /// An inflater.
    ///
    /// Ends the process when there is no memory, as any Swift allocation does.
    package init() {
        guard let handle = unsafe libdeflate_alloc_decompressor() else {
            preconditionFailure("out of memory")
        }
        unsafe self.handle = handle
    }

    deinit { unsafe libdeflate_free_decompressor(self.handle) }

    /// Whether `bytes` begin as gzip does.
    package static func isGzip(_ bytes: Span<UInt8>) -> Bool {
        bytes.count >= 3 && bytes[0] == 0x1F && bytes[1] == 0x8B && bytes[2] == 8
    }

    /// How large the buffer for `inflate(_:into:)` should be at first.
    ///
    /// The size that the last member's trailer declares, if it can be true, and at most `limit`.
    package static func sizeGuess(_ gzip: Span<UInt8>, limit: Int) -> Int {
        guard gzip.count >= Self.memberByteCountMin else { return min(limit, 1) }
        var declared = 0
        for index in 0..<4 { declared |= Int(gzip[gzip.count - 4 + index]) << (8 * index) }
        return max(1, min(declared, gzip.count * Self.ratioMax, limit))
    }

    /// Inflates all members of `gzip`, refusing more than `limit` bytes.
    ///
    /// Where the trailer declares more than that, or lies, the size is measured before memory is taken.
    package mutating func inflate(_ gzip: Span<UInt8>, limit: Int) throws(CompressionError) -> [UInt8] {
        var capacity = Self.sizeGuess(gzip, limit: .max)
        if capacity > limit { capacity = try Self.measured(gzip, limit: limit) }
        if let output = try self.inflate(gzip, capacity: capacity) { return output }
        capacity = try Self.measured(gzip, limit: limit)
        guard let output = try self.inflate(gzip, capacity: capacity) else { throw .corrupt }
        return output
    }

    private static func measured(_ gzip: Span<UInt8>, limit: Int) throws(CompressionError) -> Int {
        let bytes = unsafe gzip.withUnsafeBufferPointer { unsafe [UInt8]($0) }
        return try StreamInflater.byteCount(of: bytes, .gzip, limit: limit)
    }

    /// All of `gzip`; nil when it has more than `capacity` bytes.
    private mutating func inflate(
        _ gzip: Span<UInt8>,
        capacity: Int
    ) throws(CompressionError) -> [UInt8]? {
        var outcome: Result<Int?, CompressionError> = .success(nil)
        let output = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            let room = unsafe UnsafeMutableBufferPointer(start: buffer.baseAddress, count: capacity)
            do throws(CompressionError) {
                let written = unsafe try self.inflate(gzip, into: room)
                count = written ?? 0
                outcome = .success(written)
            } catch {
                outcome = .failure(error)
            }
        }
        return try outcome.get().map { _ in output }
    }

    /// Inflates all members of `gzip` into `output`; nil when they do not fit.
    package mutating func inflate(
        _ gzip: Span<UInt8>,
        into output: UnsafeMutableBufferPointer<UInt8>
    ) throws(CompressionError) -> Int? {
        guard !gzip.isEmpty else { throw .truncated }
        return try unsafe gzip.withUnsafeBufferPointer { (input) throws(CompressionError) -> Int? in
            var read = 0
            var written = 0
            while read < input.count {
                var used = 0
                var made = 0
                let result = unsafe libdeflate_gzip_decompress_ex(
                    self.handle,
                    input.baseAddress.map { unsafe $0 + read },
                    input.count - read,
                    output.baseAddress.map { unsafe $0 + written },
                    output.count - written,
                    &used,
                    &made
                )
                switch result {
                case LIBDEFLATE_SUCCESS:
                    read += used
                    written += made
                case LIBDEFLATE_INSUFFICIENT_SPACE: return nil
                default: throw .corrupt
                }
            }
            return written
        }
    }
}

/// Deflates whole bodies to gzip.
@safe
package struct GzipDeflater: ~Copyable {
    private let handle: OpaquePointer

    /// A deflater of `level` 1 (fast) to 12 (small).
    package init(level: Int = 6) {
        guard let handle = unsafe libdeflate_alloc_compressor(Int32(min(max(level, 1), 12)))
        else { preconditionFailure("out of memory") }
        unsafe self.handle = handle
    }

    deinit { unsafe libdeflate_free_compressor(self.handle) }

    /// One gzip member that holds `bytes`.
    package mutating func deflate(_ bytes: Span<UInt8>) -> [UInt8] {
        let bound = unsafe libdeflate_gzip_compress_bound(self.handle, bytes.count)
        return unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            count = unsafe bytes.withUnsafeBufferPointer {
                unsafe libdeflate_gzip_compress(
                    self.handle,
                    $0.baseAddress,
                    $0.count,
                    buffer.baseAddress,
                    bound
                )
            }
            precondition(count > 0, "libdeflate wrote past the bound it gave")
        }
    }
}

// SAFETY: the handles have one noncopyable owner; libdeflate keeps no thread-local state.
extension GzipInflater: @unchecked Sendable {}
// SAFETY: as above.
extension GzipDeflater: @unchecked Sendable {}
