// SPDX-License-Identifier: Apache-2.0
package import ProfileModel

/// Profiles that a block holds already: a retry of one of them must not count again.
package struct StoredUIDs: Sendable {
    package var tenant: TenantID
    package var service: String
    package var uids: [ProfileUID]

    /// Names the dataset and the profiles.
    package init(tenant: TenantID, service: String, uids: [ProfileUID]) {
        self.tenant = tenant
        self.service = service
        self.uids = uids
    }
}

/// The identities of recently stored profiles, exact within a window of time.
///
/// Time is the time of receipt that travels with each profile, so replaying the log decides as the first run
/// did.
struct UIDSet: Sendable {
    private struct Sighting: Sendable {
        let receivedNanoseconds: Int64
        let lsn: UInt64
    }

    private let windowNanoseconds: Int64
    /// Two halves: the older one is dropped when the younger one spans a window.
    private var young: [ProfileUID: Sighting] = [:]
    private var old: [ProfileUID: Sighting] = [:]
    private var youngSince: Int64?

    init(windowNanoseconds: Int64) { self.windowNanoseconds = windowNanoseconds }

    /// How many identities are remembered.
    var count: Int { self.young.count + self.old.count }

    /// Whether `uid` was stored within the window before `received`.
    func contains(_ uid: ProfileUID, receivedNanoseconds received: Int64) -> Bool {
        guard let sighting = self.young[uid] ?? self.old[uid] else { return false }
        return received.subtractingReportingOverflow(sighting.receivedNanoseconds).partialValue
            <= self.windowNanoseconds
    }

    /// Remembers a stored profile.
    mutating func insert(_ uid: ProfileUID, receivedNanoseconds received: Int64, lsn: UInt64) {
        let since = self.youngSince ?? received
        self.youngSince = since
        if received > since.addingReportingOverflow(self.windowNanoseconds).partialValue {
            swap(&self.young, &self.old)
            self.young.removeAll(keepingCapacity: true)
            self.youngSince = received
        }
        self.young[uid] = Sighting(receivedNanoseconds: received, lsn: lsn)
    }

    /// Forgets profiles whose records were given up.
    mutating func removeAll(after lsn: UInt64) {
        self.young = self.young.filter { $0.value.lsn <= lsn }
        self.old = self.old.filter { $0.value.lsn <= lsn }
    }
}
