// SPDX-License-Identifier: Apache-2.0
//
// Invariant: `start` points to `count` readable bytes that nobody writes from the end of `init` to
// `deinit`. A mapped file keeps its size, because blocks are only ever created whole, renamed and unlinked,
// never truncated.
internal import ByteCoding
internal import Glibc

/// Whether a reader compares checksums.
package enum ChecksumPolicy: Sendable {
    case verify
    /// To salvage what is left of a damaged block, and to fuzz what lies behind the checksums.
    case ignore
}

/// The bytes of a block: a mapped file or a copy in memory.
@safe
final class BlockBytes {
    private let start: UnsafeMutableRawPointer
    let count: Int
    private let checksums: ChecksumPolicy
    private let isMapped: Bool

    /// Copies `bytes`.
    init(copying bytes: [UInt8], checksums: ChecksumPolicy) {
        self.checksums = checksums
        self.count = bytes.count
        self.isMapped = false
        unsafe self.start = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 16)
        unsafe bytes.withUnsafeBytes { source in
            guard let from = source.baseAddress else { return }
            unsafe self.start.copyMemory(from: from, byteCount: source.count)
        }
    }

    /// Maps the file at `path`.
    init(mapping path: String, checksums: ChecksumPolicy) throws(BlockError) {
        self.checksums = checksums
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(.open, errno: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .system(.open, errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { throw .corrupt(.footer) }
        self.count = status.st_size
        self.isMapped = true
        let mapped = unsafe mmap(nil, self.count, PROT_READ, MAP_SHARED, descriptor, 0)
        guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
            throw .system(.map, errno: errno)
        }
        unsafe self.start = mapped
    }

    deinit {
        if self.isMapped {
            unsafe munmap(self.start, self.count)
        } else {
            unsafe self.start.deallocate()
        }
    }

    /// Whether `checksum` is that of `span`; always when checksums are ignored.
    func accepts(_ span: Span<UInt8>, _ checksum: UInt32) -> Bool {
        self.checksums == .ignore || CRC32C.checksum(span) == checksum
    }

    /// Lends the bytes of `range`, which must lie within the block.
    func withBytes<R, E: Error>(_ range: Range<Int>, _ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
        precondition(range.lowerBound >= 0 && range.upperBound <= self.count, "outside the block")
        let buffer = unsafe UnsafeRawBufferPointer(start: self.start + range.lowerBound, count: range.count)
        return try unsafe body(buffer.bindMemory(to: UInt8.self).span)
    }
}

// SAFETY: the bytes are never written after `init`.
extension BlockBytes: @unchecked Sendable {}
