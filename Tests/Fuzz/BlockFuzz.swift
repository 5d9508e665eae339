// SPDX-License-Identifier: Apache-2.0
import BlockStore
import LabelSelector
import ProfileModel

/// libFuzzer's entry: any bytes are a block that answers or are refused, whatever lies behind the checksums.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzBlock(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    let cache = BlockCache(byteCountMax: 1 << 20)
    do throws(BlockError) {
        let block = try Block(copying: bytes, cache: cache, checksums: .ignore)
        for (position, dataset) in block.description.datasets.prefix(4).enumerated() {
            let middle = dataset.range.first / 2 + dataset.range.last / 2
            for range in [TimeRange.all, TimeRange(first: dataset.range.first, last: middle)] {
                for type in dataset.types.prefix(4) {
                    let query = ProfileQuery(selector: LabelSelector(), type: type, range: range)
                    _ = try block.stacktraces(tenant: dataset.tenant, query: query)
                    _ = try block.totals(tenant: dataset.tenant, query: query, groupBy: ["pod", "thread"])
                }
                let query = ProfileQuery(selector: LabelSelector(), type: nil, range: range)
                _ = try block.series(tenant: dataset.tenant, query: query)
            }
            _ = try block.dictionary(dataset: position)
        }
        _ = try block.uids()
    } catch {
        precondition(!"\(error)".isEmpty)
    }
    precondition(cache.byteCount <= 1 << 20)
    return 0
}
