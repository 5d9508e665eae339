// SPDX-License-Identifier: Apache-2.0
import OTLPProfiles

/// libFuzzer's entry: translating never traps, and what comes out stays within its bounds.
@_cdecl("LLVMFuzzerTestOneInput")
public func exportRequestFuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    var parameters = ExportParameters(nowNanoseconds: 1)
    parameters.profileByteCountMax = 1 << 20
    parameters.payloadByteCountMax = 4 << 20
    let export =
        bytes.first == UInt8(ascii: "{")
        ? try? ExportTranslator.translate(json: bytes, parameters)
        : try? ExportTranslator.translate(binary: bytes, parameters)
    guard let export else { return 0 }
    precondition(export.profiles.allSatisfy { $0.payload.count <= 1 << 20 })
    precondition(export.profiles.allSatisfy { $0.index < export.profileCount })
    precondition(export.refusals.allSatisfy { $0.index < export.profileCount })
    return 0
}
