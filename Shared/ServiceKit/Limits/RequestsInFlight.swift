// SPDX-License-Identifier: Apache-2.0
package import ProfileModel
internal import Synchronization

/// The requests of each tenant that are under way, so that one tenant cannot take all places of a process.
package final class RequestsInFlight: Sendable {
    private let counts = Mutex<[TenantID: Int]>([:])

    /// Nothing is under way yet.
    package init() {}

    /// Takes a place that is held until `leave`; false when the tenant holds `countMax` already.
    ///
    /// 0 means no limit.
    package func enter(_ tenant: TenantID, countMax: Int) -> Bool {
        self.counts.withLock { counts in
            let count = counts[tenant, default: 0]
            guard countMax == 0 || count < countMax else { return false }
            counts[tenant] = count + 1
            return true
        }
    }

    /// Gives the place back.
    package func leave(_ tenant: TenantID) {
        self.counts.withLock { counts in
            let count = counts[tenant, default: 1] - 1
            counts[tenant] = count > 0 ? count : nil
        }
    }
}
