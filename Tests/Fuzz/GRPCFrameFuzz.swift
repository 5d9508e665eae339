// SPDX-License-Identifier: Apache-2.0
import RPC

/// libFuzzer's entry: any body is one message within the limit or a typed error, with and without
/// compression.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzGRPCFrame(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    for takesCompressed in [false, true] {
        do {
            let (message, isCompressed) = try GRPCFrame.message(
                in: bytes,
                takesCompressed: takesCompressed,
                limit: 1 << 20
            )
            precondition(message.count <= 1 << 20 && (takesCompressed || !isCompressed))
        } catch { precondition(!error.message.isEmpty) }
    }
    return 0
}
