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
    ///
    /// The request is charged as a whole before anything else is checked: what is refused costs as well.
    func store(_ all: [Candidate], tenant: TenantID) async throws(IntakeFailure) {
        let limits = self.limits.limits(of: tenant)
        var rejections: [(series: Int, id: String, rejection: ProfileRejection)] = []
        let candidates = all.filter { candidate in
            guard let rejection = candidate.oversize(limits) else { return true }
            self.discard(rejection, byteCount: candidate.payload.count, tenant)
            rejections.append((candidate.series, candidate.id, rejection))
            return false
        }
        try self.admit(candidates, tenant, limits)
        let now = self.nanoseconds()
        let profileLimits = ProfileLimits(limits)
        var profiles: [IncomingProfile] = []
        var places: [(series: Int, id: String)] = []
        for candidate in candidates {
            do throws(ProfileRejection) {
                profiles.append(try Self.incoming(candidate, tenant, profileLimits, now))
                places.append((candidate.series, candidate.id))
            } catch {
                self.discard(error, byteCount: candidate.payload.count, tenant)
                rejections.append((candidate.series, candidate.id, error))
            }
        }
        if !profiles.isEmpty {
            let outcomes = try await self.append(profiles)
            for (index, outcome) in outcomes.enumerated() {
                guard case .rejected(let rejection) = outcome else { continue }
                self.discard(rejection, byteCount: profiles[index].payload.count, tenant)
                rejections.append((places[index].series, places[index].id, rejection))
            }
        }
        rejections.sort { $0.series < $1.series }
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

    /// Labels that the server derives or uses up: what clients send under these names is dropped.
    private static let reserved: Set<String> = [
        LabelName.profileType, LabelName.type, LabelName.unit, LabelName.periodType, LabelName.periodUnit,
        "__service_name__", LabelName.delta, LabelName.sessionID, "__order__",
    ]

    /// Checks the labels as they were sent, since a set would silently mend them, and gives the profile its
    /// identity.
    private static func incoming(
        _ candidate: Candidate,
        _ tenant: TenantID,
        _ limits: ProfileLimits,
        _ now: Int64
    ) throws(ProfileRejection) -> IncomingProfile {
        var labels = candidate.labels
        if !labels.contains(where: { $0.name == LabelName.serviceName }) {
            labels.append(Label(LabelName.serviceName, "unknown_service"))
        }
        try LabelValidation.check(Self.named(labels, candidate.origin), limits: limits)
        let set = LabelSet(labels.filter { !Self.reserved.contains($0.name) })
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
            limits: limits,
            payload: candidate.payload
        )
    }

    /// Sorted, and with a name: `/ingest` names the series after its sample types, until then any name will
    /// do.
    private static func named(_ labels: [Label], _ origin: ProfileOrigin) -> [Label] {
        var named = labels
        if case .ingest = origin { named.append(Label(LabelName.profileName, "process_cpu")) }
        return named.sorted { LabelSet.precedes($0.name, $1.name) }
    }

    /// Counts what was received and takes its size, inflated and with labels, from the tenant's budget: all
    /// or nothing.
    private func admit(
        _ candidates: [Candidate],
        _ tenant: TenantID,
        _ limits: TenantLimits
    ) throws(IntakeFailure) {
        let inflated = candidates.reduce(0) { $0 + Self.inflatedByteCount($1.payload, limits) }
        let labels = candidates.reduce(0) { sum, candidate in
            candidate.labels.reduce(sum) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        }
        self.metrics.received(candidates, inflatedByteCount: inflated, tenant)
        guard inflated <= limits.inflatedBodyByteCountMax else {
            let limit = ByteText.decimal(limits.inflatedBodyByteCountMax)
            let text = "uncompressed batched profile payload size exceeds limit of \(limit)"
            let rejection = ProfileRejection(.bodySizeLimitExceeded, text)
            for candidate in candidates {
                self.discard(rejection, byteCount: candidate.payload.count, tenant)
            }
            throw .tooLarge(rejection)
        }
        let decision = self.rate.take(inflated + labels, tenant: tenant, limits: limits)
        guard case .refused(let wait) = decision else { return }
        let rate = ByteText.binary(limits.ingestionRateMiB * Double(1 << 20))
        let size = ByteText.binary(Double(inflated + labels))
        let rejection = ProfileRejection(
            .rateLimited,
            "push rate limit (\(rate)) exceeded while adding \(size)"
        )
        for candidate in candidates { self.discard(rejection, byteCount: candidate.payload.count, tenant) }
        throw .rateLimited(rejection, retryAfterSeconds: wait.map { max(1, Int($0.components.seconds) + 1) })
    }

    /// The size after inflating as gzip or zstd declares it, which the limit bounds.
    private static func inflatedByteCount(_ payload: [UInt8], _ limits: TenantLimits) -> Int {
        let limit = limits.profileByteCountMax > 0 ? limits.profileByteCountMax : 1 << 30
        if ZstdDecoder.isZstd(payload.span) { return ZstdDecoder.sizeGuess(payload.span, limit: limit) }
        guard GzipInflater.isGzip(payload.span) else { return payload.count }
        return GzipInflater.sizeGuess(payload.span, limit: limit)
    }

    /// Counts a refused profile and says why.
    func discard(_ rejection: ProfileRejection, byteCount: Int, _ tenant: TenantID) {
        self.metrics.discarded(rejection.reason, byteCount: byteCount, tenant)
        self.logger.debug(
            "profile refused",
            ["tenant": .string(tenant.description), "reason": .string(rejection.message)]
        )
    }
}
