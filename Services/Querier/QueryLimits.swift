// SPDX-License-Identifier: Apache-2.0
internal import ServiceKit

/// What one tenant may ask for (spec/query 9, design D11); zero switches a limit off.
package struct QueryLimits: Sendable, Hashable {
    /// Longest time range.
    package var lengthMax: Duration = .seconds(31 * 86_400)
    /// How far back a range may begin; what lies before is cut off silently.
    package var lookback: Duration = .zero
    /// Nodes of a flame graph when the request does not say.
    package var nodeCountDefault: Int64 = 8_192
    /// Most nodes a request may ask for.
    package var nodeCountMax: Int64 = 1_048_576

    /// Queries of the tenant under way at a time.
    package var concurrencyMax = 64

    /// The defaults.
    package init() {}

    /// The part of a tenant's limits that concerns queries.
    init(_ limits: TenantLimits) {
        self.lengthMax = limits.queryLengthMax
        self.lookback = limits.queryLookbackMax
        self.nodeCountDefault = Int64(limits.flameGraphNodeCountDefault)
        self.nodeCountMax = Int64(limits.flameGraphNodeCountMax)
        self.concurrencyMax = limits.queryConcurrencyMax
    }

    /// The limits of a query over several tenants: of each the smallest that is no switch.
    init(_ tenants: [QueryLimits]) {
        self.init()
        func least<Value: Comparable>(_ values: [Value], _ off: Value) -> Value {
            values.filter { $0 > off }.min() ?? off
        }
        self.lengthMax = least(tenants.map(\.lengthMax), .zero)
        self.lookback = least(tenants.map(\.lookback), .zero)
        self.nodeCountDefault = least(tenants.map(\.nodeCountDefault), 0)
        self.nodeCountMax = least(tenants.map(\.nodeCountMax), 0)
        self.concurrencyMax = least(tenants.map(\.concurrencyMax), 0)
    }

    /// The node limit for a request that asks for `asked`; below 1 means none.
    func nodeCount(asked: Int64?) throws(QueryError) -> Int64 {
        guard let asked, asked != 0 else { return self.nodeCountDefault }
        guard self.nodeCountMax > 0 else { return asked }
        guard asked > 0 else {
            throw .invalid("max flamegraph nodes limit must be set (max allowed \(self.nodeCountMax))")
        }
        guard asked <= self.nodeCountMax else {
            throw .invalid("max flamegraph nodes limit \(asked) is greater than allowed \(self.nodeCountMax)")
        }
        return asked
    }
}
