// SPDX-License-Identifier: Apache-2.0
import FlameGraph

/// libFuzzer entry: any bytes are a tree or are refused, and a tree that was read is written and read as
/// itself.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzFlameTree(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    do {
        let tree = try FlameTree(decoding: input, nodeCountMax: 10_000)
        guard tree.selfValues.allSatisfy({ $0 >= 0 }) else { return 0 }
        // What is refused when it is read again is nil.
        let again = try? FlameTree(decoding: tree.encoded())
        precondition(again?.encoded() == tree.encoded())
        _ = RenderedFlameGraph(tree, maxNodes: 16)
    } catch {
        precondition(!"\(error)".isEmpty)
    }
    return 0
}
