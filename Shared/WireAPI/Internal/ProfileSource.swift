// SPDX-License-Identifier: Apache-2.0
package import FlameGraph
package import LabelSelector
package import ProfileColumns
package import ProfileModel

/// Why an ingester could not take or answer.
package enum IngesterError: Error, Hashable, Sendable {
    /// Overloaded, starting, draining, disk full or out of reach: try again later, nothing was stored.
    case unavailable(String)
    /// The deadline passed; an append may or may not have been stored (resending is safe).
    case deadlineExceeded
    /// The request did not decode, or a bug: the text is for logs.
    case `internal`(String)
}

/// One node's part of an answer, with what it could not see.
package struct Partial<Answer: Sendable>: Sendable {
    package var answer: Answer
    /// Human-readable reasons why the answer may lack data (quarantined block, replay still running).
    package var warnings: [String]

    package init(_ answer: Answer, warnings: [String] = []) {
        self.answer = answer
        self.warnings = warnings
    }
}

/// Where profiles are read from: an ingester, in this process or behind HTTP.
///
/// Heads and blocks answer together, each sample once.
package protocol ProfileSource: Sendable {
    /// Exact function trees of all matching samples, usually one per dataset and block.
    func stacktraces(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[FunctionTree]>

    /// Exact trees of locations with all that is known of them, usually one per dataset and block.
    func locations(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[LocationTree]>

    /// Totals per profile, grouped by the labels named in `groupBy` (empty: one group).
    func totals(
        tenant: TenantID,
        query: ProfileQuery,
        groupBy: [String]
    ) async throws(IngesterError) -> Partial<[LabeledTotals]>

    /// Series with a profile in the range, sample labels laid over series labels.
    func series(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[SeriesDescription]>

    /// Every profile, or every span of one, with its uid and value, grouped by the labels named in `groupBy`.
    func points(
        tenant: TenantID,
        query: ProfileQuery,
        groupBy: [String],
        kind: PointKind
    ) async throws(IngesterError) -> Partial<[LabeledPoints]>

    /// How much each head and block holds of `tenant` in `range`.
    func figures(tenant: TenantID, range: TimeRange) async throws(IngesterError) -> Partial<[StoredFigures]>
}

/// Where profiles are written to: an ingester, in this process or behind HTTP.
package protocol ProfileSink: Sendable {
    /// One outcome per profile, in order. When this returns, what is `.stored` survives `kill -9`.
    func append(_ profiles: [IncomingProfile]) async throws(IngesterError) -> [AppendOutcome]
}
