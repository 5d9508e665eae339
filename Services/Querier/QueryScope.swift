// SPDX-License-Identifier: Apache-2.0
package import ProfileModel
internal import Synchronization

/// What surrounds one query: who asks, when, under which limits, and where gaps are noted.
package struct QueryScope: Sendable {
    /// Who asks; of a query over several tenants the first.
    package var tenant: TenantID
    /// The other tenants of such a query.
    package var otherTenants: [TenantID]
    package var limits: QueryLimits
    /// The time of the request in milliseconds since 1970.
    package var nowMilliseconds: Int64
    /// When the client stops waiting.
    package var deadline: ContinuousClock.Instant?
    /// Whether label names outside `[a-zA-Z_][a-zA-Z0-9_]*` are shown (spec/query 1.6).
    package var allowsUTF8LabelNames: Bool
    package var report: PartialReport

    /// A scope with its own report.
    package init(
        tenant: TenantID,
        otherTenants: [TenantID] = [],
        limits: QueryLimits = QueryLimits(),
        nowMilliseconds: Int64,
        deadline: ContinuousClock.Instant? = nil,
        allowsUTF8LabelNames: Bool = false,
        report: PartialReport = PartialReport()
    ) {
        self.tenant = tenant
        self.otherTenants = otherTenants
        self.limits = limits
        self.nowMilliseconds = nowMilliseconds
        self.deadline = deadline
        self.allowsUTF8LabelNames = allowsUTF8LabelNames
        self.report = report
    }
}

/// What an answer lacks (spec/storage 6.15); shared by the parts of one query.
package final class PartialReport: Sendable {
    /// Whether an answer that lacks something is refused.
    package let isDenied: Bool
    private let found = Mutex(Gaps())

    private struct Gaps {
        var warnings: [String] = []
        var missing: TimeRange?
    }

    /// The report of the request that this task works for.
    @TaskLocal static var current: PartialReport?

    /// Most warnings kept, so that a large cluster in trouble does not answer with its member list.
    private static let warningCountMax = 32

    /// An empty report; `isDenied` turns the first warning into an error.
    package init(isDenied: Bool = false) { self.isDenied = isDenied }

    /// Human-readable reasons why the answer may lack data, each once.
    package var warnings: [String] { self.found.withLock { $0.warnings } }

    /// From when to when the answer lacks what some ingester holds; nil when everybody was heard.
    package var missing: TimeRange? { self.found.withLock { $0.missing } }

    /// Notes a gap, or refuses the answer because of it; `missing` where nothing of a range was seen.
    func note(_ warning: String, missing: TimeRange? = nil) throws(QueryError) {
        guard !self.isDenied else { throw .unavailable("the answer would be partial: \(warning)") }
        self.found.withLock { found in
            if let missing {
                let known = found.missing ?? missing
                found.missing = TimeRange(
                    first: min(known.first, missing.first),
                    last: max(known.last, missing.last)
                )
            }
            guard found.warnings.count < Self.warningCountMax, !found.warnings.contains(warning) else {
                return
            }
            found.warnings.append(warning)
        }
    }
}
