// SPDX-License-Identifier: Apache-2.0
package import ProfileModel
internal import Synchronization

/// Limits the bytes per second of each tenant.
///
/// Any task may call it; a call is one lock.
package final class TenantRateLimiter: Sendable {
    private let buckets = Mutex<[TenantID: TokenBucket]>([:])
    private let elapsed: @Sendable () -> Duration
    private let tenantCountMax: Int
    private let shareCount: @Sendable () -> Int

    /// A limiter that reads the time from `clock` and remembers `tenantCountMax` busy tenants.
    ///
    /// `shareCount` processes share a tenant's rate; each has the whole burst.
    package init<C: Clock>(
        clock: C,
        tenantCountMax: Int = 10_000,
        shareCount: @escaping @Sendable () -> Int = { 1 }
    ) where C.Duration == Duration {
        let origin = clock.now
        self.elapsed = { origin.duration(to: clock.now) }
        self.tenantCountMax = tenantCountMax
        self.shareCount = shareCount
    }

    /// Charges `byteCount` bytes to the tenant, all or none.
    ///
    /// A rate of zero or less means no limit.
    package func take(_ byteCount: Int, tenant: TenantID, limits: TenantLimits) -> TokenBucket.Decision {
        let rate = limits.ingestionRateMiB * Double(1 << 20) / Double(max(1, self.shareCount()))
        let burst = limits.ingestionBurstMiB * Double(1 << 20)
        guard rate > 0 else { return .taken }
        let now = self.elapsed()
        return self.buckets.withLock { buckets in
            if buckets.count >= self.tenantCountMax, buckets[tenant] == nil {
                buckets = buckets.filter { !$0.value.isFull(rate: rate, burst: burst, now: now) }
            }
            var bucket = buckets[tenant] ?? TokenBucket(burst: burst, now: now)
            let decision = bucket.take(Double(byteCount), rate: rate, burst: burst, now: now)
            buckets[tenant] = bucket
            return decision
        }
    }
}
