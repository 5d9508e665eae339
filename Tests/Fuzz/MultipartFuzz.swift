// SPDX-License-Identifier: Apache-2.0
import ServiceKit

/// What became of a form: its files, or the text of the refusal.
private func outcome(_ pieces: [ArraySlice<UInt8>]) -> String {
    do {
        let type = "multipart/form-data; boundary=b"
        var parser = try MultipartParser(contentType: type, wanted: ["profile", "x"])
        for piece in pieces { try parser.take(Array(piece)) }
        try parser.finish()
        return parser.files.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ";")
    } catch {
        return "\(error)"
    }
}

/// libFuzzer's entry: a form is the same whole, cut once, and cut into single bytes; the last part of the
/// input is a content type.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMultipart(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    let whole = outcome([bytes[...]])
    let cut = bytes.first.map { Int($0) % bytes.count } ?? 0
    precondition(outcome([bytes[..<cut], bytes[cut...]]) == whole)
    if bytes.count < 2_048 {
        precondition(outcome(bytes.indices.map { bytes[$0...$0] }) == whole)
    }
    _ = try? MultipartParser(contentType: String(decoding: bytes.suffix(256), as: UTF8.self), wanted: [])
    return 0
}
