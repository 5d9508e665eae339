// SPDX-License-Identifier: Apache-2.0
internal import Compression
internal import EventLog
internal import ProfileModel
internal import ServiceKit
internal import WireAPI

/// One profile of a request, before anything was checked.
struct Candidate {
    /// Place of its series in the request.
    var series: Int
    /// What the client calls it, for error texts and for its identity.
    var id: String
    /// As sent: unsorted, maybe with repeated names.
    var labels: [Label]
    var origin: ProfileOrigin
    /// What else makes the upload distinct, such as its time range; empty for none.
    var context: String
    var payload: [UInt8]
}

/// From a request's profiles to the ingesters: labels, rate, identity; then the outcome of each.
///
/// The pprof stays opaque: the ingester parses it once, while its disk works.
struct Intake: Sendable {
    let sink: any ProfileSink
    let limits: TenantLimitsTable
    let rate: TenantRateLimiter
    let metrics: DistributorMetrics
    let logger: Logger
    let nanoseconds: @Sendable () -> Int64

    /// Stores what can be stored; the failure says what could not.
    func store(_ candidates: [Candidate], tenant: TenantID) async throws(IntakeFailure) {
        let limits = self.limits.limits(of: tenant)
        let now = self.nanoseconds()
        var profiles: [IncomingProfile] = []
        var places: [(series: Int, id: String)] = []
        var rejections: [(series: Int, id: String, rejection: ProfileRejection)] = []
        for candidate in candidates {
            do throws(ProfileRejection) {
                profiles.append(try Self.incoming(candidate, tenant, limits, now))
                places.append((candidate.series, candidate.id))
            } catch {
                self.discard(error, byteCount: candidate.payload.count, tenant)
                rejections.append((candidate.series, candidate.id, error))
            }
        }
        try self.admit(profiles, tenant, limits)
        if !profiles.isEmpty {
            let outcomes = try await self.append(profiles)
            for (index, outcome) in outcomes.enumerated() {
                guard case .rejected(let rejection) = outcome else { continue }
                self.discard(rejection, byteCount: profiles[index].payload.count, tenant)
                rejections.append((places[index].series, places[index].id, rejection))
            }
        }
        guard rejections.isEmpty else { throw .rejected(rejections) }
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

    /// Checks what needs the labels as they were sent; the rest is checked with the profile's own, in the ingester.
    private static func incoming(
        _ candidate: Candidate,
        _ tenant: TenantID,
        _ limits: TenantLimits,
        _ now: Int64
    ) throws(ProfileRejection) -> IncomingProfile {
        let profileLimits = ProfileLimits(limits)
        var labels = candidate.labels
        if !labels.contains(where: { $0.name == LabelName.serviceName }) {
            labels.append(Label(LabelName.serviceName, "unknown_service"))
        }
        labels.sort { LabelSet.precedes($0.name, $1.name) }
        if zip(labels, labels.dropFirst()).contains(where: { $0.name == $1.name })
            || labels.contains(where: Self.isOdd)
        {
            try LabelValidation.check(Self.named(labels, candidate.origin), limits: profileLimits)
        }
        let set = LabelSet(labels.filter { $0.name != LabelName.sessionID })
        return IncomingProfile(
            tenant: tenant,
            labels: set,
            uid: ProfileIdentity.uid(
                tenant: tenant,
                labels: set,
                id: candidate.id,
                context: candidate.context,
                payload: candidate.payload.span
            ),
            receivedNanoseconds: now,
            origin: candidate.origin,
            limits: profileLimits,
            payload: candidate.payload
        )
    }

    /// Labels that a set would silently mend.
    private static func isOdd(_ label: Label) -> Bool {
        label.name.isEmpty || (label.value.isEmpty && label.name == LabelName.serviceName)
    }

    /// `/ingest` names the series after its sample types; until then any name will do for checking the labels.
    private static func named(_ labels: [Label], _ origin: ProfileOrigin) -> [Label] {
        guard case .ingest = origin else { return labels }
        return (labels + [Label(LabelName.profileName, "process_cpu")])
            .sorted { LabelSet.precedes($0.name, $1.name) }
    }

    private func admit(
        _ profiles: [IncomingProfile],
        _ tenant: TenantID,
        _ limits: TenantLimits
    ) throws(IntakeFailure) {
        let byteCount = profiles.reduce(0) { sum, profile in
            sum + GzipInflater.sizeGuess(profile.payload.span, limit: limits.profileByteCountMax)
        }
        self.metrics.received(profiles, inflatedByteCount: byteCount, tenant)
        guard case .refused(let wait) = self.rate.take(byteCount, tenant: tenant, limits: limits) else {
            return
        }
        let text =
            "ingestion rate limit (\(limits.ingestionRateMiB) MiB/s, burst \(limits.ingestionBurstMiB) MiB) "
            + "exceeded by tenant \(tenant): a request of \(byteCount) bytes"
        let rejection = ProfileRejection(.rateLimited, text)
        for profile in profiles { self.discard(rejection, byteCount: profile.payload.count, tenant) }
        throw .rateLimited(rejection, retryAfterSeconds: wait.map { max(1, Int($0.components.seconds) + 1) })
    }

    private func discard(_ rejection: ProfileRejection, byteCount: Int, _ tenant: TenantID) {
        self.metrics.discarded(rejection.reason, byteCount: byteCount, tenant)
        self.logger.debug(
            "profile refused",
            ["tenant": .string(tenant.description), "reason": .string(rejection.message)]
        )
    }
}

extension ProfileLimits {
    /// The part of a tenant's limits that travels with a profile.
    init(_ limits: TenantLimits) {
        self.init()
        self.profileByteCountMax = limits.profileByteCountMax
        self.sampleCountMax = limits.sampleCountMax
        self.depthMax = limits.stackDepthMax
        self.sampleLabelCountMax = limits.sampleLabelCountMax
        self.symbolByteCountMax = limits.symbolByteCountMax
        self.labelCountMax = limits.labelCountMax
        self.labelNameByteCountMax = limits.labelNameByteCountMax
        self.labelValueByteCountMax = limits.labelValueByteCountMax
        self.rejectOlderThanNanoseconds = Int64(limits.rejectOlderThan / .nanoseconds(1))
        self.rejectNewerThanNanoseconds = Int64(limits.rejectNewerThan / .nanoseconds(1))
    }
}
