// SPDX-License-Identifier: Apache-2.0
import HeadStore

/// libFuzzer's entry: any bytes as a segment of the log are walked to their end or to the first damage.
@_cdecl("LLVMFuzzerTestOneInput")
public func logSegmentFuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    // The header's checksum would stop nearly every input; the reader of records is what is wanted.
    let header = SegmentHeader(instance: "fuzz", firstLSN: 0, previousEnd: 0, salt: 0).encoded()
    let file = header + bytes
    do {
        let reader = try SegmentReader(size: file.count) { offset, count throws(DiskError) in
            Array(file.dropFirst(offset).prefix(count))
        }
        guard var reader else { preconditionFailure("a good header was refused") }
        while case .record(_, let payload, _) = try reader.next() { precondition(!payload.isEmpty) }
        precondition(reader.offset <= file.count)
    } catch {
        preconditionFailure("reading memory failed")
    }
    return 0
}
