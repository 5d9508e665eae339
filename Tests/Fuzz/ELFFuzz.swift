// SPDX-License-Identifier: Apache-2.0
import ELF

/// libFuzzer's entry: any file is described or refused, whatever its headers say.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzELF(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    do {
        let description = try ELFDescription(bytes)
        precondition(description.buildIDText?.utf8.count == description.buildID.map { $0.count * 2 })
    } catch { precondition(!error.text.isEmpty) }
    return 0
}
