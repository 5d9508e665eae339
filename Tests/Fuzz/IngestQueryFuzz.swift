// SPDX-License-Identifier: Apache-2.0
import Distributor

/// libFuzzer entry: any `name` of an `/ingest` request is read or refused with a reason, any time is one.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzIngestQuery(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    do {
        let name = try AppName(parsing: text)
        precondition(!name.app.isEmpty)
        precondition(Set(name.labels.map(\.name)).count == name.labels.count)
    } catch {
        precondition(!error.description.isEmpty)
    }
    for now: Int64 in [.min, 0, 1_795_521_600_000_000_000, .max] { _ = IngestTime.parse(text, now: now) }
    return 0
}
