// SPDX-License-Identifier: Apache-2.0
internal import EventLog
internal import ProfileModel
internal import Relabeling
internal import ServiceKit
internal import WireAPI

/// From a request's profiles to the ingesters: quotas, rate, rules, labels, identity; then the outcome of
/// each.
///
/// The pprof stays opaque: the ingester parses it once, while its disk works. Only for tenants with
/// relabeling
/// rules of their own it is looked into here.
struct Intake: Sendable {
    let sink: any ProfileSink
    let limits: TenantLimitsTable
    let rate: TenantRateLimiter
    let metrics: DistributorMetrics
    let logger: Logger
    let nanoseconds: @Sendable () -> Int64
    let quota = IngestionQuota()
    let inFlight = RequestsInFlight()

    /// The profiles of a request that go on, and what became of the others.
    private struct Batch {
        var profiles: [IncomingProfile] = []
        /// The candidate of each profile.
        var owners: [Int] = []
        var rejections: [(series: Int, id: String, rejection: ProfileRejection)] = []
    }

    /// Stores what can be stored; the failure says what could not.
    ///
    /// The request is charged as a whole before anything else is checked: what is refused costs as well.
    func store(_ all: [Candidate], tenant: TenantID) async throws(IntakeFailure) {
        let limits = self.limits.limits(of: tenant)
        var batch = Batch()
        let candidates = all.filter { candidate in
            guard let rejection = candidate.oversize(limits) else { return true }
            let groups = limits.usageGroups.groups(of: candidate.labels)
            self.discard(rejection, byteCount: candidate.payload.count, of: groups, tenant)
            batch.rejections.append((candidate.series, candidate.id, rejection))
            return false
        }
        let groups = candidates.map { limits.usageGroups.groups(of: $0.labels) }
        try self.enter(candidates, groups, tenant, limits)
        defer { self.inFlight.leave(tenant) }
        try self.admit(candidates, groups, tenant, limits)
        self.prepare(candidates, groups, tenant, limits, into: &batch)
        if !batch.profiles.isEmpty {
            let outcomes = try await self.append(batch.profiles)
            var refused: Set<Int> = []
            for (index, outcome) in outcomes.enumerated() {
                guard case .rejected(let rejection) = outcome else { continue }
                let owner = batch.owners[index]
                // Parts of one profile are one refusal.
                guard refused.insert(owner).inserted else { continue }
                let candidate = candidates[owner]
                self.discard(rejection, byteCount: candidate.payload.count, of: groups[owner], tenant)
                batch.rejections.append((candidate.series, candidate.id, rejection))
            }
        }
        batch.rejections.sort { $0.series < $1.series }
        guard batch.rejections.isEmpty else { throw .rejected(batch.rejections) }
    }

    private func append(_ profiles: [IncomingProfile]) async throws(IntakeFailure) -> [AppendOutcome] {
        do throws(IngesterError) {
            return try await self.sink.append(profiles)
        } catch {
            switch error {
            case .unavailable(let reason): throw .unavailable(reason)
            case .deadlineExceeded: throw .deadlineExceeded
            case .internal: throw .internal(error)
            }
        }
    }

    /// Applies quotas of groups, sampling, rules and checks of labels to each candidate.
    private func prepare(
        _ candidates: [Candidate],
        _ groups: [[UsageGroup]],
        _ tenant: TenantID,
        _ limits: TenantLimits,
        into batch: inout Batch
    ) {
        let now = self.nanoseconds()
        let profileLimits = ProfileLimits(limits)
        let labels = IntakeLabels(
            limits: limits,
            profileLimits: profileLimits,
            metrics: self.metrics,
            tenant: tenant
        )
        let relabeling = ProfileRelabeling(
            limits.relabelRules,
            defaults: limits.defaultRulesPosition,
            sampleTypes: limits.sampleTypeRules,
            profileLimits: profileLimits
        )
        var budget = RelabelBudget(copiedByteCountMax: limits.inflatedBodyByteCountMax)
        for (owner, candidate) in candidates.enumerated() {
            let byteCount = candidate.payload.count
            do throws(ProfileRejection) {
                if let limit = limits.ingestionLimit {
                    try self.quota.check(limit, groups[owner], tenant, now: now)
                }
                guard self.isSampled(groups[owner], limits) else {
                    self.drop(.droppedBySamplingRules, byteCount: byteCount, groups[owner], tenant)
                    continue
                }
                let inflated = Self.inflatedByteCount(candidate.payload, limits)
                self.metrics.sampled(inflatedByteCount: inflated, tenant)
                let parts = try self.parts(of: candidate, labels, relabeling, &budget)
                if parts.isEmpty {
                    self.drop(.droppedByRelabelRules, byteCount: byteCount, groups[owner], tenant)
                }
                for (set, payload) in parts {
                    batch.profiles.append(
                        Self.incoming(candidate, tenant, set, payload, profileLimits, receivedAt: now)
                    )
                    batch.owners.append(owner)
                }
            } catch {
                self.discard(error, byteCount: byteCount, of: groups[owner], tenant)
                batch.rejections.append((candidate.series, candidate.id, error))
            }
        }
    }

    /// Whether the profile is one of those that sampling keeps.
    private func isSampled(_ groups: [UsageGroup], _ limits: TenantLimits) -> Bool {
        guard !limits.sampling.isEmpty else { return true }
        let probability = limits.sampling.probability(of: groups)
        return probability >= 1 || Double.random(in: 0..<1) < probability
    }

    /// The series that a candidate goes to, with a payload of their own where rules changed it.
    private func parts(
        of candidate: Candidate,
        _ labels: IntakeLabels,
        _ relabeling: ProfileRelabeling,
        _ budget: inout RelabelBudget
    ) throws(ProfileRejection) -> [(labels: LabelSet, payload: [UInt8]?)] {
        let completed = labels.completed(candidate.labels)
        guard relabeling.isNeeded(for: completed) else {
            return [(try labels.checked(completed, isNamed: candidate.isNamed), nil)]
        }
        let parts = try relabeling.apply(
            to: completed,
            candidate.payload,
            displayNames: candidate.displayNames,
            isNamed: candidate.isNamed,
            &budget
        )
        var checked: [(labels: LabelSet, payload: [UInt8]?)] = []
        for part in parts {
            let isNamed = candidate.isNamed || part.isNamed
            checked.append((try labels.checked(part.labels, isNamed: isNamed), part.payload))
        }
        return checked
    }

    private static func incoming(
        _ candidate: Candidate,
        _ tenant: TenantID,
        _ labels: LabelSet,
        _ payload: [UInt8]?,
        _ limits: ProfileLimits,
        receivedAt now: Int64
    ) -> IncomingProfile {
        IncomingProfile(
            tenant: tenant,
            labels: labels,
            uid: ProfileIdentity.uid(
                tenant: tenant,
                labels: labels,
                id: candidate.id,
                context: candidate.context,
                payload: candidate.payload.span
            ),
            receivedNanoseconds: now,
            origin: candidate.origin,
            limits: limits,
            payload: payload ?? candidate.payload
        )
    }

    /// Counts a profile that was refused, and says so in the log.
    func discard(
        _ rejection: ProfileRejection,
        byteCount: Int,
        of groups: [UsageGroup] = [],
        _ tenant: TenantID
    ) {
        self.drop(rejection.reason, byteCount: byteCount, groups, tenant)
        self.logger.debug(
            "profile refused",
            ["tenant": .string(tenant.description), "reason": .string(rejection.message)]
        )
    }

    /// Counts a profile that is not stored.
    private func drop(_ reason: DiscardReason, byteCount: Int, _ groups: [UsageGroup], _ tenant: TenantID) {
        self.metrics.discarded(reason, byteCount: byteCount, of: groups, tenant)
    }
}
