// SPDX-License-Identifier: Apache-2.0
import Compression

/// libFuzzer's entry: any bytes, cut anywhere, inflate to the same within the limit or fail with a typed
/// error.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzStreamInflater(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    guard let first = bytes.first else { return 0 }
    let step = Int(first) + 1
    let body = Array(bytes.dropFirst())
    for format in [StreamInflater.Format.gzip, .zstd] {
        let whole = Result { () throws(CompressionError) in
            try StreamInflater.inflate(body, format, limit: 1 << 20)
        }
        let pieces = Result { () throws(CompressionError) in try inflate(body, by: step, format) }
        // Damage may be seen earlier or later, depending on the cuts; what both accept is the same.
        if case (.success(let left), .success(let right)) = (whole, pieces) {
            precondition(left == right && left.count <= 1 << 20)
        }
    }
    return 0
}

private func inflate(
    _ body: [UInt8],
    by step: Int,
    _ format: StreamInflater.Format
) throws(CompressionError) -> [UInt8] {
    var inflater = StreamInflater(format, limit: 1 << 20)
    var output: [UInt8] = []
    var at = 0
    while at < body.count {
        let end = min(body.count, at + step)
        inflater.feed(Array(body[at..<end]))
        while let piece = try inflater.next() {
            precondition(piece.count <= StreamInflater.pieceByteCountMax)
            output += piece
        }
        at = end
    }
    try inflater.finish()
    return output
}
