// SPDX-License-Identifier: Apache-2.0
import ProtobufWire
import WireAPI

/// libFuzzer's entry: JSON that is read is written and read again to the same message.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMessageJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    if let push = try? PushV1.PushRequest(json: bytes) {
        precondition((try? PushV1.PushRequest(json: push.json())) == push)
    }
    if let query = try? QuerierV1.SelectSeriesRequest(json: bytes), !query.step.isNaN {
        precondition((try? QuerierV1.SelectSeriesRequest(json: query.json())) == query)
    }
    if let query = try? QuerierV1.SelectMergeStacktracesRequest(json: bytes) {
        precondition((try? QuerierV1.SelectMergeStacktracesRequest(binary: query.binary())) == query)
    }
    return 0
}
