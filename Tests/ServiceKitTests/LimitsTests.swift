// SPDX-License-Identifier: Apache-2.0
import ConfigSchema
import ProfileModel
import ServiceKit
import Synchronization
import Testing

/// A clock that stands until it is told to move; it cannot be slept on.
final class StandingClock: Clock, Sendable {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: self.offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - self.offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let current = Mutex(Instant(offset: .zero))

    var now: Instant { self.current.withLock { $0 } }
    var minimumResolution: Duration { .nanoseconds(1) }

    func advance(by duration: Duration) { self.current.withLock { $0 = $0.advanced(by: duration) } }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        while self.now < deadline {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}

@Suite struct LimitsTests {
    @Test func chargesEachTenantForItself() throws {
        let clock = StandingClock()
        let limiter = TenantRateLimiter(clock: clock)
        var limits = TenantLimits()
        limits.ingestionRateMiB = 1
        limits.ingestionBurstMiB = 2
        let other = try TenantID(parsing: "other")
        #expect(limiter.take(2 << 20, tenant: .anonymous, limits: limits) == .taken)
        #expect(
            limiter.take(1 << 20, tenant: .anonymous, limits: limits) == .refused(retryAfter: .seconds(1))
        )
        #expect(limiter.take(1 << 20, tenant: other, limits: limits) == .taken)
        clock.advance(by: .seconds(1))
        #expect(limiter.take(1 << 20, tenant: .anonymous, limits: limits) == .taken)
        limits.ingestionRateMiB = 0
        #expect(limiter.take(.max, tenant: .anonymous, limits: limits) == .taken)
    }

    @Test func processesShareTheRateAndNotTheBurst() {
        let clock = StandingClock()
        let limiter = TenantRateLimiter(clock: clock, shareCount: { 4 })
        var limits = TenantLimits()
        limits.ingestionRateMiB = 4
        limits.ingestionBurstMiB = 2
        #expect(limiter.take(2 << 20, tenant: .anonymous, limits: limits) == .taken)
        #expect(
            limiter.take(1 << 20, tenant: .anonymous, limits: limits) == .refused(retryAfter: .seconds(1))
        )
    }

    @Test func forgetsTenantsThatAreFullAgain() throws {
        let clock = StandingClock()
        let limiter = TenantRateLimiter(clock: clock, tenantCountMax: 1)
        var limits = TenantLimits()
        limits.ingestionRateMiB = 1
        limits.ingestionBurstMiB = 1
        #expect(limiter.take(1 << 20, tenant: .anonymous, limits: limits) == .taken)
        #expect(limiter.take(1, tenant: try TenantID(parsing: "b"), limits: limits) == .taken)
        #expect(limiter.take(1, tenant: .anonymous, limits: limits) != .taken)  // still charged
    }

    @Test func givesBudgetBackWithTheLastReference() throws {
        let budget = MemoryBudget(byteLimit: 100)
        do {
            let held = try #require(budget.reserve(60))
            #expect(budget.reserve(41) == nil)
            #expect(held.grow(by: 40))
            #expect(!held.grow(by: 1))
            #expect(budget.heldByteCount == 100)
        }
        #expect(budget.heldByteCount == 0)
        #expect(budget.reserve(101) == nil)
        #expect(budget.reserve(-1) == nil)
        #expect(budget.reserve(.max) == nil)
    }

    @Test func overridesLimitsOfOneTenant() throws {
        let other = try TenantID(parsing: "other")
        let table = TenantLimitsTable(TenantLimits())
        var more = TenantLimits()
        more.sampleCountMax = 7
        table.replace(overrides: [other: more])
        #expect(table.limits(of: other).sampleCountMax == 7)
        #expect(table.limits(of: .anonymous) == TenantLimits())
        table.replace(overrides: [:])
        #expect(table.limits(of: other) == TenantLimits())
    }

    @Test func readsLimitsByTheNamesOfPyroscope() throws {
        let input = CommandInput(
            program: "p",
            arguments: [
                "-config.file=c", "-validation.reject-older-than=0", "-querier.max-query-lookback=0",
                "-distributor.ingestion-rate-limit-mb=10000", "-querier.max-query-length=1d",
            ]
        ) { (_, _) in
            Array("limits: {ingestion_burst_size_mb: 10000, max_global_series_per_tenant: 5000}".utf8)
        }
        guard case .start(let limits, _) = try TenantLimits.schema.load(input, defaults: TenantLimits())
        else {
            Issue.record("no start")
            return
        }
        var expected = TenantLimits()
        expected.rejectOlderThan = .zero
        expected.ingestionRateMiB = 10_000
        expected.ingestionBurstMiB = 10_000
        expected.queryLengthMax = .seconds(86_400)
        expected.seriesCountMax = 5_000
        #expect(limits == expected)
        #expect(limits.bodyByteCountMax == 32 << 20)
    }
}
