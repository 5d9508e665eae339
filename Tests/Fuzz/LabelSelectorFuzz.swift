// SPDX-License-Identifier: Apache-2.0
import LabelSelector

/// libFuzzer entry: any text parses or is refused, and what parses survives being written and read again.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzLabelSelector(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    do {
        let selector = try LabelSelector(parsing: text)
        // What does not parse again is nil.
        let again = try? LabelSelector(parsing: selector.description)
        precondition(again == selector)
        _ = selector.matches { _ in "value" }
    } catch {
        precondition(!"\(error)".isEmpty)
    }
    return 0
}
