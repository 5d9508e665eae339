// SPDX-License-Identifier: Apache-2.0
import FlameGraph
import HeadStore
import LabelSelector
import ProfileColumns
import ProfileModel

/// Opens stores on a disk in memory and asks them simple things.
enum HeadStoreBench {
    static let cpu = ProfileType(
        name: "process_cpu",
        sampleType: "cpu",
        sampleUnit: "nanoseconds",
        periodType: "cpu",
        periodUnit: "nanoseconds"
    )

    static func config() -> HeadStoreConfig {
        var config = HeadStoreConfig(directory: "wal", instance: "one")
        config.log.segmentByteCount = 4_096
        config.laneCount = 2
        return config
    }

    static func open(
        _ files: MemoryFiles,
        coveredThrough: UInt64 = 0,
        stored: [StoredUIDs] = [],
        config: HeadStoreConfig = Self.config(),
        events: HeadStoreEvents = HeadStoreEvents()
    ) async throws -> HeadStore {
        var world = HeadStoreWorld(wallNanoseconds: { SmallPprof().timeNanoseconds })
        world.files = files
        return try await HeadStore.open(
            config,
            coveredThrough: coveredThrough,
            stored: stored,
            events: events,
            world: world
        )
    }

    /// A profile whose one stack has `value` nanoseconds.
    static func profile(
        _ uid: UInt64,
        value: Int64 = 10,
        stack: [String] = ["leaf", "main"],
        labels: [String: String] = [:],
        service: String = "shop"
    ) -> IncomingProfile {
        var pprof = SmallPprof()
        pprof.samples = [SmallPprof.Sample(stack: stack, values: [1, value])]
        return pprof.incoming(labels, service: service, uid: uid)
    }

    static func query(_ selector: String = "{}", type: ProfileType? = Self.cpu) throws -> ProfileQuery {
        ProfileQuery(selector: try LabelSelector(parsing: selector), type: type, range: .all)
    }
}

extension HeadStore {
    /// The sum over all profiles `selector` admits.
    func total(
        _ selector: String = "{}",
        tenant: TenantID = .anonymous,
        above: UInt64 = 0
    ) async throws -> Int64 {
        let query = try HeadStoreBench.query(selector)
        var sum: Int64 = 0
        for snapshot in await self.snapshots(tenant: tenant, query: query) {
            for group in snapshot.totals(query, groupBy: [], above: above) {
                sum += group.totals.reduce(0) { $0 + $1.value }
            }
        }
        return sum
    }

    /// Self values by path, root first, of all function trees together.
    func paths(_ selector: String = "{}", type: ProfileType = HeadStoreBench.cpu) async throws -> [String:
        Int64]
    {
        let query = try HeadStoreBench.query(selector, type: type)
        var sums: [String: Int64] = [:]
        for snapshot in await self.snapshots(tenant: .anonymous, query: query) {
            guard let tree = snapshot.stacktraces(query, above: 0) else { continue }
            for (path, value) in tree.paths { sums[path, default: 0] += value }
        }
        return sums
    }
}

extension FunctionTree {
    /// Self values above 0 by path, root first.
    var paths: [String: Int64] {
        var names: [String] = [""]
        var found: [String: Int64] = [:]
        for node in self.parents.indices.dropFirst() {
            var name = "?"
            if case .text(let text) = self.names[Int(self.nodeNames[node])] { name = text }
            let parent = names[Int(self.parents[node])]
            names.append(parent.isEmpty ? name : "\(parent);\(name)")
            if self.selfValues[node] != 0 { found[names[node], default: 0] += self.selfValues[node] }
        }
        return found
    }
}
