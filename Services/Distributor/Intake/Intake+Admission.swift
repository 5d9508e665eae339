// SPDX-License-Identifier: Apache-2.0
internal import Compression
internal import ProfileModel
internal import ServiceKit

extension Intake {
    /// Counts what was received and takes its size, inflated and with labels, from the tenant's budgets: all
    /// or
    /// nothing.
    func admit(
        _ candidates: [Candidate],
        _ groups: [[UsageGroup]],
        _ tenant: TenantID,
        _ limits: TenantLimits
    ) throws(IntakeFailure) {
        var total = 0
        for (candidate, groups) in zip(candidates, groups) {
            let inflated = Self.inflatedByteCount(candidate.payload, limits)
            self.metrics.received(candidate, inflatedByteCount: inflated, groups, tenant)
            total += inflated
        }
        let labels = candidates.reduce(0) { sum, candidate in
            candidate.labels.reduce(sum) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        }
        self.metrics.received(batchOf: candidates.count, tenant)
        guard total <= limits.inflatedBodyByteCountMax else {
            let limit = ByteText.decimal(limits.inflatedBodyByteCountMax)
            let text = "uncompressed batched profile payload size exceeds limit of \(limit)"
            throw .tooLarge(self.refuse(.bodySizeLimitExceeded, text, candidates, groups, tenant))
        }
        try self.checkQuota(candidates, groups, tenant, limits)
        try self.charge(total + labels, candidates, groups, tenant, limits)
    }

    private func checkQuota(
        _ candidates: [Candidate],
        _ groups: [[UsageGroup]],
        _ tenant: TenantID,
        _ limits: TenantLimits
    ) throws(IntakeFailure) {
        guard let limit = limits.ingestionLimit else { return }
        let now = self.nanoseconds()
        do throws(ProfileRejection) {
            try self.quota.check(limit, tenant, now: now)
        } catch {
            let refused = self.refuse(error.reason, error.message, candidates, groups, tenant)
            let seconds = IngestionQuota.retryAfterSeconds(limit, now: now)
            throw .rateLimited(refused, retryAfterSeconds: seconds)
        }
    }

    private func charge(
        _ byteCount: Int,
        _ candidates: [Candidate],
        _ groups: [[UsageGroup]],
        _ tenant: TenantID,
        _ limits: TenantLimits
    ) throws(IntakeFailure) {
        guard case .refused(let wait) = self.rate.take(byteCount, tenant: tenant, limits: limits) else {
            return
        }
        let rate = ByteText.binary(limits.ingestionRateMiB * Double(1 << 20))
        var text = "push rate limit (\(rate)) exceeded while adding \(ByteText.binary(Double(byteCount)))"
        if wait == nil {
            let burst = ByteText.binary(limits.ingestionBurstMiB * Double(1 << 20))
            text += ", more than ingestion_burst_size_mb (\(burst)) lets pass at once"
        }
        let refused = self.refuse(.rateLimited, text, candidates, groups, tenant)
        // A minute at most, and not the same for everybody who was refused.
        let seconds = wait.map { min(60, max(1, Int($0.components.seconds) + 1)) + Int.random(in: 0...2) }
        throw .rateLimited(refused, retryAfterSeconds: seconds)
    }

    /// Takes a place among the tenant's writes under way.
    func enter(
        _ candidates: [Candidate],
        _ groups: [[UsageGroup]],
        _ tenant: TenantID,
        _ limits: TenantLimits
    ) throws(IntakeFailure) {
        let countMax = limits.inflightPushCountMax
        guard !self.inFlight.enter(tenant, countMax: countMax) else { return }
        let text = "the tenant has \(countMax) writes under way, the limit of max_inflight_pushes"
        let refused = self.refuse(.rateLimited, text, candidates, groups, tenant)
        throw .rateLimited(refused, retryAfterSeconds: Int.random(in: 1...5))
    }

    /// Counts a whole request as refused.
    private func refuse(
        _ reason: DiscardReason,
        _ text: String,
        _ candidates: [Candidate],
        _ groups: [[UsageGroup]],
        _ tenant: TenantID
    ) -> ProfileRejection {
        let rejection = ProfileRejection(reason, text)
        for (candidate, groups) in zip(candidates, groups) {
            self.discard(rejection, byteCount: candidate.payload.count, of: groups, tenant)
        }
        return rejection
    }

    /// The size after inflating as gzip or zstd declares it, which the limit bounds.
    static func inflatedByteCount(_ payload: [UInt8], _ limits: TenantLimits) -> Int {
        let limit = limits.profileByteCountMax > 0 ? limits.profileByteCountMax : 1 << 30
        if ZstdDecoder.isZstd(payload.span) { return ZstdDecoder.sizeGuess(payload.span, limit: limit) }
        guard GzipInflater.isGzip(payload.span) else { return payload.count }
        return GzipInflater.sizeGuess(payload.span, limit: limit)
    }
}
