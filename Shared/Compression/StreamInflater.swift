// SPDX-License-Identifier: Apache-2.0

/// Inflates a body that arrives over time, a bounded piece at a time: what goes in does not decide how much
/// memory comes out at once.
package struct StreamInflater: ~Copyable {
    /// How the bytes are compressed.
    package enum Format: Sendable {
        /// gzip, one member or several.
        case gzip
        /// zstd, one frame or several.
        case zstd
    }

    /// Bytes that come out at a time, at most.
    package static let pieceByteCountMax = 64 << 10

    private let engine: any StreamEngine
    private let limit: Int
    private var made = 0
    /// Up to this size a body comes out without being measured.
    private static let measuredByteCountMin = 1 << 20

    private var input: [UInt8] = []
    private var used = 0
    /// Whether the last piece was full: more may come without further input.
    private var wasFull = false

    /// An inflater that gives at most `limit` bytes in all.
    package init(_ format: Format, limit: Int) {
        switch format {
        case .gzip: self.engine = GzipStream()
        case .zstd: self.engine = ZstdStream()
        }
        self.limit = limit
    }

    /// Takes the next piece of the compressed body; call `next` until it has nothing more to give.
    package mutating func feed(_ piece: [UInt8]) {
        if self.used == self.input.count {
            self.input = piece
        } else {
            self.input.removeFirst(self.used)
            self.input += piece
        }
        self.used = 0
    }

    /// The next bytes of the body; nil when there are none without further input.
    package mutating func next() throws(CompressionError) -> [UInt8]? {
        while self.used < self.input.count || self.wasFull {
            let step = try self.step()
            self.used += step.used
            self.wasFull = step.output.count == Self.pieceByteCountMax
            guard step.output.count <= self.limit - self.made else { throw .sizeLimit(self.limit) }
            self.made += step.output.count
            if !step.output.isEmpty { return step.output }
            guard step.used > 0 else { return nil }
        }
        return nil
    }

    /// Lends the engine what it has not used yet.
    private func step() throws(CompressionError) -> (output: [UInt8], used: Int) {
        let rest = self.input.span.extracting(droppingFirst: self.used)
        return try self.engine.step(rest, room: Self.pieceByteCountMax)
    }

    /// Call after the last piece: throws when the end of the compressed stream is missing.
    package func finish() throws(CompressionError) {
        guard self.engine.isAtEnd, self.used == self.input.count else { throw .truncated }
    }

    /// Inflates a body that is there as a whole; refuses more than `limit` bytes.
    ///
    /// A zstd frame that declares more is refused before anything is inflated; bodies of more than a megabyte
    /// are measured, by inflating them once more, before memory is taken for them.
    package static func inflate(
        _ bytes: [UInt8],
        _ format: Format,
        limit: Int
    ) throws(CompressionError) -> [UInt8] {
        if format == .zstd, let declared = ZstdDecoder.declaredByteCount(bytes.span), declared > limit {
            throw .sizeLimit(limit)
        }
        var output: [UInt8] = []
        var isMeasured = false
        try Self.pieces(of: bytes, format, limit: limit) { (piece) throws(CompressionError) in
            if !isMeasured, output.count + piece.count > Self.measuredByteCountMin {
                output.reserveCapacity(try Self.byteCount(of: bytes, format, limit: limit))
                isMeasured = true
            }
            output += piece
        }
        return output
    }

    /// How many bytes are behind a body that is there as a whole; refuses more than `limit`.
    package static func byteCount(
        of bytes: [UInt8],
        _ format: Format,
        limit: Int
    ) throws(CompressionError) -> Int {
        var count = 0
        try Self.pieces(of: bytes, format, limit: limit) { count += $0.count }
        return count
    }

    private static func pieces(
        of bytes: [UInt8],
        _ format: Format,
        limit: Int,
        _ take: ([UInt8]) throws(CompressionError) -> Void
    ) throws(CompressionError) {
        var inflater = StreamInflater(format, limit: limit)
        inflater.feed(bytes)
        while let piece = try inflater.next() { try take(piece) }
        try inflater.finish()
    }
}

/// What a library does with one piece of a compressed stream.
protocol StreamEngine: AnyObject {
    /// Whether what was read so far is a whole stream.
    var isAtEnd: Bool { get }

    /// Reads from `input`, gives at most `room` bytes, and says how much of the input it used.
    func step(_ input: Span<UInt8>, room: Int) throws(CompressionError) -> (output: [UInt8], used: Int)
}

// SAFETY: the engine has one noncopyable owner; zlib and zstd keep all state behind their handles.
extension StreamInflater: @unchecked Sendable {}
