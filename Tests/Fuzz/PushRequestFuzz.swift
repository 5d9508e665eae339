// SPDX-License-Identifier: Apache-2.0
import ProtobufWire
import WireAPI

/// libFuzzer's entry: the codec and the hand-written reader agree on what is a push, and on what it holds.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPushRequest(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    let message = try? PushV1.PushRequest(binary: bytes)
    let envelope = try? PushEnvelope(binary: bytes)
    guard let message, let envelope else {
        // Only the reader limits the number of series.
        precondition(envelope == nil && (message == nil || count > PushEnvelope.Limits().seriesCountMax))
        return 0
    }
    precondition(message.series.count == envelope.series.count)
    for (left, right) in zip(message.series, envelope.series) {
        precondition(left.labels.count == right.labels.count)
        precondition(left.samples.map(\.rawProfile) == right.samples.map(envelope.payload))
    }
    precondition((try? PushV1.PushRequest(binary: message.binary())) == message)
    return 0
}
