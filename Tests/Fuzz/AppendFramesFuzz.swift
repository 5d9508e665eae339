// SPDX-License-Identifier: Apache-2.0
import WireAPI

/// libFuzzer's entry: appends and their outcomes decode or are refused, and what decodes encodes to the same
/// bytes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAppendFrames(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    if let profiles = try? AppendFrames.decode(bytes.span) {
        let again = try? AppendFrames.decode(AppendFrames.encode(profiles).span)
        precondition(again?.map(\.payload) == profiles.map(\.payload))
    }
    if let outcomes = try? AppendOutcomes.decode(bytes.span) {
        precondition((try? AppendOutcomes.decode(AppendOutcomes.encode(outcomes).span)) == outcomes)
    }
    return 0
}
