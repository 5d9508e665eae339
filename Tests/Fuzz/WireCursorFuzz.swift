// SPDX-License-Identifier: Apache-2.0
import ByteCoding

/// libFuzzer's entry: any bytes are read field by field to their end or to a typed error.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzWireCursor(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    do {
        var cursor = WireCursor(bytes.span)
        while let tag = try cursor.tag() { try cursor.skip(tag) }
    } catch {
        // A typed error is an answer.
    }
    return 0
}
