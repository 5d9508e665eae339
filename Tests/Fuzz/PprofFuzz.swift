// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import Pprof
import ProfileModel

/// libFuzzer's entry: decoding never traps, and all indices of what was decoded are in range.
@_cdecl("LLVMFuzzerTestOneInput")
public func pprofFuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    var limits = ProfileLimits()
    limits.profileByteCountMax = 1 << 20
    limits.rejectOlderThanNanoseconds = 0
    limits.rejectNewerThanNanoseconds = 0
    let origin: ProfileOrigin =
        count % 2 == 0
        ? .push : .ingest(IngestParameters(spyName: "pyspy", fromNanoseconds: 1, displayNames: nil))
    let incoming = IncomingProfile(
        tenant: .anonymous,
        labels: LabelSet([Label("__name__", "fuzz"), Label("service_name", "fuzz")]),
        uid: ProfileUID(high: 0, low: 0),
        receivedNanoseconds: 1,
        origin: origin,
        limits: limits,
        payload: bytes
    )
    var decoder = PprofDecoder()
    var profile = DecodedProfile()
    guard (try? decoder.decode(incoming, into: &profile)) != nil else { return 0 }
    for index in profile.samples.indices {
        for at in profile.samples[index].frameRange {
            precondition(Int(profile.frames[at]) < profile.locations.count)
        }
    }
    for index in profile.lines.indices {
        precondition(Int(profile.lines[index].function) < profile.functions.count)
    }
    for index in profile.strings.indices { _ = profile.string(UInt32(index)) }
    precondition(profile.values.count == profile.samples.count * profile.sampleTypes.count)
    return 0
}
