// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import ProfileColumns
import ProfileModel

/// libFuzzer's entry: a frame that decodes must encode and decode to itself.
@_cdecl("LLVMFuzzerTestOneInput")
public func incomingProfileFuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    guard let profile = try? IncomingProfile(decoding: bytes.span) else { return 0 }
    var writer = ByteWriter()
    profile.encode(to: &writer)
    guard let again = try? IncomingProfile(decoding: writer.bytes.span) else {
        preconditionFailure("an encoded frame does not decode")
    }
    precondition(again.uid == profile.uid && again.payload == profile.payload)
    precondition(again.labels == profile.labels && again.limits == profile.limits)
    return 0
}
