// SPDX-License-Identifier: Apache-2.0
package import LabelSelector
package import ProfileColumns
package import ProfileModel
internal import Synchronization

/// What a head held of one dataset at an instant, with the part of it that was durable then.
package struct HeadSnapshot: Sendable {
    package let dataset: DatasetSnapshot
    /// Profiles behind this position of the log were not durable yet: not visible.
    package let durable: UInt64
}

extension HeadStore {
    /// Cheap snapshots of the datasets of `tenant` that `query` may be about.
    ///
    /// To read heads and blocks without gap and double count while a flush goes on: first take the snapshots,
    /// then look up which blocks there are and how far they cover the log, then ask each snapshot for what
    /// lies above that.
    package func snapshots(tenant: TenantID, query: ProfileQuery) async -> [HeadSnapshot] {
        if let service = query.selector.requiredValue(of: LabelName.serviceName) {
            let key = DatasetKey(tenant: tenant, service: service)
            let lane = self.lanes[Self.laneIndex(key, count: self.lanes.count)]
            return await self.snapshots(tenant: tenant, service: service, of: lane)
        }
        var found: [HeadSnapshot] = []
        for lane in self.lanes { found += await self.snapshots(tenant: tenant, service: nil, of: lane) }
        return found
    }

    private func snapshots(tenant: TenantID, service: String?, of lane: Lane) async -> [HeadSnapshot] {
        let core = self.core
        return await lane.ask { state in
            let durable = core.durable.load(ordering: .acquiring)
            return state.snapshots(tenant: tenant, service: service).map {
                HeadSnapshot(dataset: $0, durable: durable)
            }
        } ?? []
    }

    /// Tenants that have profiles in heads.
    package func tenants() async -> Set<TenantID> {
        var found: Set<TenantID> = []
        for lane in self.lanes { found.formUnion(await lane.ask { $0.tenants() } ?? []) }
        return found
    }
}

extension HeadSnapshot {
    /// The profiles of `series` a query sees: in its time range, durable, and behind what blocks cover.
    func profiles(of series: SeriesSnapshot, _ query: ProfileQuery, above covered: UInt64) -> [Int] {
        var found: [Int] = []
        for (index, profile) in series.profiles.enumerated()
        where profile.lsn > covered && profile.lsn <= self.durable
            && query.range.contains(profile.timeNanoseconds)
        {
            found.append(index)
        }
        return found
    }

    /// Calls `body` with every series and type that `query` admits, the label sets it admits, and its
    /// profiles.
    func forEachMatch(
        _ query: ProfileQuery,
        above covered: UInt64,
        _ labelSets: VisibleLabelSets,
        _ body: (_ series: SeriesSnapshot, _ type: Int, _ match: LabelSetMatch, _ profiles: [Int]) -> Void
    ) {
        let spans = query.spans?.mask(of: self.dataset.labelSets)
        for series in self.dataset.series {
            let profiles = self.profiles(of: series, query, above: covered)
            guard !profiles.isEmpty else { continue }
            for (index, type) in series.types.enumerated() where query.type == nil || query.type == type {
                let match = labelSets.match(
                    series: series.labels,
                    type: type,
                    matches: query.selector.matches
                ).narrowed(to: spans)
                if match != .none { body(series, index, match, profiles) }
            }
        }
    }
}
