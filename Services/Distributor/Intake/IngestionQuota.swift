// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import ProfileModel
internal import ServiceKit
internal import Synchronization

/// Lets a few requests pass although a tenant's quota is used up (spec/ingest 8.3).
///
/// Any task may call; a call is one lock.
final class IngestionQuota: Sendable {
    /// The window that runs, and what passed in it.
    private struct Window {
        var index: Int64
        var count: Int
    }

    /// Who shares a window: a tenant, or one of its usage groups.
    private struct Holder: Hashable {
        var tenant: TenantID
        var group: String
    }

    private let windows = Mutex<[Holder: Window]>([:])
    /// Windows of usage groups named by clients' labels must not add up.
    private static let holderCountMax = 10_000

    /// Refuses when the quota of the tenant is used up and nothing passes by sampling.
    func check(_ limit: IngestionLimit, _ tenant: TenantID, now: Int64) throws(ProfileRejection) {
        guard limit.isReached, !self.passes(limit, Holder(tenant: tenant, group: ""), now) else { return }
        throw Self.rejection(limit, size: limit.limitMiB, group: nil)
    }

    /// The same for the usage groups of one series.
    func check(
        _ limit: IngestionLimit,
        _ groups: [UsageGroup],
        _ tenant: TenantID,
        now: Int64
    ) throws(ProfileRejection) {
        guard let (name, group) = limit.reachedGroup(of: groups),
            !self.passes(limit, Holder(tenant: tenant, group: name), now)
        else { return }
        throw Self.rejection(limit, size: group.limitMiB, group: name)
    }

    private func passes(_ limit: IngestionLimit, _ holder: Holder, _ now: Int64) -> Bool {
        let period = Int64(limit.samplingPeriod / .nanoseconds(1))
        guard limit.sampledRequestCount > 0, period > 0 else { return false }
        let index = now / period
        return self.windows.withLock { windows in
            if windows.count >= Self.holderCountMax, windows[holder] == nil { windows.removeAll() }
            var window = windows[holder] ?? Window(index: index, count: 0)
            if window.index != index { window = Window(index: index, count: 0) }
            window.count += 1
            windows[holder] = window
            return window.count <= limit.sampledRequestCount
        }
    }

    /// Seconds until the quota is there again, as far as waiting helps: at most a minute, and not the same
    /// for
    /// everybody.
    static func retryAfterSeconds(_ limit: IngestionLimit, now: Int64) -> Int {
        let left = limit.resetTime - Int(now / 1_000_000_000)
        return min(max(left, 1), Int.random(in: 30...60))
    }

    private static func rejection(_ limit: IngestionLimit, size: Int, group: String?) -> ProfileRejection {
        let quota = "\(ByteText.binary(Double(size) * Double(1 << 20)))/\(limit.periodType)"
        let place = group.map { " for usage group \($0)" } ?? ""
        let reset = Date(timeIntervalSince1970: Double(limit.resetTime)).formatted(.iso8601)
        return ProfileRejection(
            .ingestLimitReached,
            "limit of \(quota) reached\(place), next reset at \(reset)"
        )
    }
}
