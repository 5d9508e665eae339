// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel
internal import ServiceKit
internal import Synchronization

/// The writes of each tenant that are under way, so that one tenant cannot take all places of a process.
final class PushesInFlight: Sendable {
    private let counts = Mutex<[TenantID: Int]>([:])

    /// Takes a place that is held until `leave`; false when the tenant holds `countMax` already.
    ///
    /// 0 means no limit.
    func enter(_ tenant: TenantID, countMax: Int) -> Bool {
        self.counts.withLock { counts in
            let count = counts[tenant, default: 0]
            guard countMax == 0 || count < countMax else { return false }
            counts[tenant] = count + 1
            return true
        }
    }

    /// Gives the place back.
    func leave(_ tenant: TenantID) {
        self.counts.withLock { counts in
            let count = counts[tenant, default: 1] - 1
            counts[tenant] = count > 0 ? count : nil
        }
    }
}
