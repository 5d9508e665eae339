// SPDX-License-Identifier: Apache-2.0
import BlockStore
import LabelSelector
import ProfileModel

extension Block {
    /// Asks everything there is to ask.
    func readEverything() throws(BlockError) {
        let ranges = [
            TimeRange.all, TimeRange(first: 1_700_000_000_000_000_000, last: 1_700_000_090_000_000_000),
        ]
        for (position, dataset) in self.description.datasets.enumerated() {
            for range in ranges {
                for type in dataset.types {
                    let query = ProfileQuery(selector: .init(), type: type, range: range)
                    _ = try self.stacktraces(tenant: dataset.tenant, query: query)
                    _ = try self.totals(tenant: dataset.tenant, query: query, groupBy: ["pod", "thread"])
                    _ = try self.totals(tenant: dataset.tenant, query: query, groupBy: [])
                }
                let query = ProfileQuery(selector: .init(), type: nil, range: range)
                _ = try self.series(tenant: dataset.tenant, query: query)
            }
            _ = try self.dictionary(dataset: position)
        }
        _ = try self.uids()
        try self.verify()
    }
}
