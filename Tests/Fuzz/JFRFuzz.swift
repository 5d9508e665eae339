// SPDX-License-Identifier: Apache-2.0
import JFR

/// libFuzzer's entry: translating never traps, whatever the recording and its labels hold.
///
/// The first byte says how many bytes behind it are the label snapshot.
@_cdecl("LLVMFuzzerTestOneInput")
public func jfrFuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    guard let first = bytes.first else { return 0 }
    let labels = Array(bytes.dropFirst().prefix(Int(first)))
    let recording = Array(bytes.dropFirst(1 + labels.count))
    var parameters = RecordingParameters(fromNanoseconds: 1, untilNanoseconds: 2, sampleRate: 100)
    parameters.sampleCountMax = 1_000
    parameters.profileByteCountMax = 1 << 20
    let translated = try? RecordingTranslator.translate(recording.span, labels: labels.span, parameters)
    for profile in translated?.profiles ?? [] { precondition(profile.payload.count <= 1 << 20) }
    return 0
}
