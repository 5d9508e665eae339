// SPDX-License-Identifier: Apache-2.0
import ConfigSchema

private struct FuzzedConfig {
    var text = ""
    var items: [String] = []
    var size = 1
}

/// libFuzzer's entry: any bytes as a configuration file load or give an error with a line.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzConfigFile(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let schema = Schema<FuzzedConfig>(
        section: "a",
        [
            .string("text", \.text, "Text."), .list("items", \.items, "Items."),
            .byteCount("size", \.size, in: 0...1 << 40, "Size."),
        ]
    )
    let input = CommandInput(program: "fuzz", arguments: ["-config.file=f", "-config.expand-env"]) { (_, _) in
        bytes
    }
    do {
        _ = try schema.load(input, defaults: FuzzedConfig())
    } catch {
        precondition(!error.description.isEmpty)
    }
    return 0
}
