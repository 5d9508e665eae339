// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import Pprof
internal import ProfileColumns
internal import ProfileModel
internal import Synchronization

/// A tenant's service: what shares a dictionary.
struct DatasetKey: Hashable, Sendable {
    let tenant: TenantID
    let service: String

    init(tenant: TenantID, service: String) {
        self.tenant = tenant
        self.service = service
    }

    /// The dataset of an incoming profile.
    init(_ profile: IncomingProfile) {
        self.init(tenant: profile.tenant, service: profile.labels[LabelName.serviceName] ?? "")
    }
}

/// Sums over all lanes, kept by the lanes.
struct HeadCounters: ~Copyable, Sendable {
    /// Estimated bytes held.
    let byteCount = Atomic(0)
    let storedCount = Atomic(0)
    let duplicateCount = Atomic(0)
    let rejectedCount = Atomic(0)
    /// Whether an early flush was asked for since the last release.
    let flushIsWanted = Atomic(false)
}

/// What one lane owns: nobody but its thread touches it.
struct LaneState: ~Copyable {
    private let config: HeadStoreConfig
    private let core: HeadCore
    private var datasets: [DatasetKey: DatasetHead] = [:]
    private var uids: [TenantID: UIDSet] = [:]
    private var decoder = PprofDecoder()
    private var decoded = DecodedProfile()
    private var samples = SampleColumns()

    init(config: HeadStoreConfig, core: HeadCore) {
        self.config = config
        self.core = core
    }

    /// Parses a profile and adds it to its dataset.
    ///
    /// Limits that depend on what is held do not bind a replay: what was acknowledged must come back,
    /// whatever else comes back with it.
    mutating func append(
        _ profile: IncomingProfile,
        lsn: UInt64,
        isReplay: Bool = false
    ) throws(HeadStoreError) -> AppendOutcome {
        let received = profile.receivedNanoseconds
        let isKnown = self.uids[profile.tenant]?.contains(profile.uid, receivedNanoseconds: received) == true
        if isKnown, profile.uid.isNamed { return self.duplicate() }
        if !isReplay, self.datasets[DatasetKey(profile)]?.isDictionaryFull(self.config.dictionary) == true {
            throw .unavailable("the symbols of this service fill its dictionary; a flush is under way")
        }
        do {
            try self.decoder.decode(profile, into: &self.decoded)
        } catch {
            self.core.counters.rejectedCount.add(1, ordering: .relaxed)
            return .rejected(error)
        }
        guard !self.decoded.samples.isEmpty else { return .empty }
        var uid = profile.uid
        if isKnown {
            // Without a name and without a time of its own, equal bytes may well be two profiles: keep both.
            if self.decoded.hasOwnTime { return self.duplicate() }
            uid = uid.distinct(at: lsn)
        }
        let seriesLimit = isReplay ? 0 : profile.limits.seriesCountMax
        guard self.store(profile, uid: uid, lsn: lsn, seriesLimit: seriesLimit) else {
            self.core.counters.rejectedCount.add(1, ordering: .relaxed)
            let text =
                "tenant \(profile.tenant) has \(seriesLimit) active series, the limit is "
                + "\(seriesLimit) (max_global_series_per_tenant)"
            return .rejected(ProfileRejection(.seriesLimit, text))
        }
        self.remember(uid, DatasetKey(profile), receivedNanoseconds: received, lsn: lsn)
        self.core.counters.storedCount.add(1, ordering: .relaxed)
        return .stored
    }

    private func duplicate() -> AppendOutcome {
        self.core.counters.duplicateCount.add(1, ordering: .relaxed)
        return .duplicate
    }

    /// Adds the decoded profile to its dataset; false when it would be a series too many.
    private mutating func store(
        _ profile: IncomingProfile,
        uid: ProfileUID,
        lsn: UInt64,
        seriesLimit: Int
    ) -> Bool {
        let key = DatasetKey(profile)
        var labels = profile.labels
        if labels[LabelName.profileName] != self.decoded.name {
            labels = labels.overlaid(with: LabelSet([Label(LabelName.profileName, self.decoded.name)]))
        }
        let (limits, core) = (self.config.dictionary, self.core)
        let (isStored, grown, isOver) = self.modify(key) { head, decoded, samples in
            let before = head.byteCount
            let isStored = head.append(decoded, labels: labels, uid: uid, lsn: lsn, samples: &samples) {
                core.admitSeries(of: key.tenant, limit: seriesLimit)
            }
            return (isStored, head.byteCount - before, head.isDictionaryOver(limits))
        }
        guard isStored else { return false }
        let total = self.core.counters.byteCount.add(grown, ordering: .relaxed).newValue
        if isOver || total > self.config.softByteCount { self.core.wantFlush() }
        return true
    }

    private mutating func modify<Result>(
        _ key: DatasetKey,
        _ body: (inout DatasetHead, borrowing DecodedProfile, inout SampleColumns) -> Result
    ) -> Result {
        body(
            &self.datasets[key, default: DatasetHead(tenant: key.tenant, service: key.service)],
            self.decoded,
            &self.samples
        )
    }

    /// Remembers the identity of a stored profile.
    mutating func remember(_ uid: ProfileUID, _ key: DatasetKey, receivedNanoseconds: Int64, lsn: UInt64) {
        let seconds = self.config.uidWindow.components.seconds
        self.uids[key.tenant, default: UIDSet(windowNanoseconds: seconds &* 1_000_000_000)]
            .insert(uid, receivedNanoseconds: receivedNanoseconds, lsn: lsn)
    }
}

// MARK: - Snapshots and flush

extension LaneState {
    /// Snapshots of the tenant's datasets, or of the one named `service`.
    borrowing func snapshots(tenant: TenantID, service: String?) -> [DatasetSnapshot] {
        if let service {
            return self.datasets[DatasetKey(tenant: tenant, service: service)]?.snapshots() ?? []
        }
        var found: [DatasetSnapshot] = []
        for (key, head) in self.datasets where key.tenant == tenant { found += head.snapshots() }
        return found
    }

    /// Tenants that hold profiles.
    borrowing func tenants() -> Set<TenantID> {
        var found: Set<TenantID> = []
        for (key, head) in self.datasets where !head.isEmpty { found.insert(key.tenant) }
        return found
    }

    /// Closes all open series; datasets that got nothing since the last flush are dropped.
    mutating func seal() {
        let limits = self.config.dictionary
        self.account { state in
            for key in Array(state.datasets.keys) {
                if state.datasets[key]?.isEmpty ?? true {
                    state.datasets[key] = nil
                } else {
                    state.core.dropSeries(of: key.tenant, count: state.datasets[key]?.openSeriesCount ?? 0)
                    state.datasets[key]?.seal(limits)
                }
            }
        }
    }

    /// The sealed series of all datasets.
    borrowing func sealedSnapshots() -> [DatasetSnapshot] {
        self.datasets.values.compactMap(\.sealedSnapshot)
    }

    /// Forgets the sealed series.
    mutating func release() {
        self.account { state in
            for key in Array(state.datasets.keys) { state.datasets[key]?.release() }
        }
    }

    /// Forgets profiles whose records were given up.
    mutating func removeProfiles(after lsn: UInt64) {
        for key in Array(self.datasets.keys) { self.datasets[key]?.removeProfiles(after: lsn) }
        for tenant in Array(self.uids.keys) { self.uids[tenant]?.removeAll(after: lsn) }
    }

    private mutating func account(_ change: (inout LaneState) -> Void) {
        let before = self.byteCount()
        change(&self)
        self.core.counters.byteCount.add(self.byteCount() - before, ordering: .relaxed)
    }

    private borrowing func byteCount() -> Int { self.datasets.values.reduce(0) { $0 + $1.byteCount } }
}
