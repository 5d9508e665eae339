// SPDX-License-Identifier: Apache-2.0
import LegacyFormats
import ProfileModel

/// libFuzzer's entry: reading never traps, and what was read can be written.
@_cdecl("LLVMFuzzerTestOneInput")
public func groupsFuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    var limits = ProfileLimits()
    limits.profileByteCountMax = 1 << 20
    limits.depthMax = 16
    let upload = LegacyUpload(app: "app.wall", sampleRate: 100, limits: limits)
    guard let profiles = try? LegacyFormat.groups.decode(bytes, upload) else { return 0 }
    for profile in profiles {
        for stack in profile.stacks { precondition(!stack.frames.isEmpty && stack.value > 0) }
        _ = try? profile.pprof(timeNanoseconds: 1, limits: limits, byteCountMax: 1 << 16)
    }
    return 0
}
