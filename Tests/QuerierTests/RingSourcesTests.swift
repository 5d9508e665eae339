// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import LabelSelector
import ProfileModel
import Querier
import ServiceKit
import Synchronization
import Testing
import WireAPI

@Suite struct RingSourcesTests {
    private struct Away: Error {}

    /// A catalogue whose ring can be changed and taken away.
    private final class Ring: Sendable {
        let records: Mutex<[InstanceRecord]?>
        let blocks: Mutex<[BlockRecord]?>
        let reads = Atomic(0)

        init(_ records: [InstanceRecord]?, blocks: [BlockRecord]? = []) {
            self.records = Mutex(records)
            self.blocks = Mutex(blocks)
        }

        var lookups: RingSources.Lookups {
            RingSources.Lookups(
                instances: {
                    self.reads.add(1, ordering: .relaxed)
                    guard let records = self.records.withLock({ $0 }) else { throw Away() }
                    return records
                },
                blocks: { _, _ in
                    guard let blocks = self.blocks.withLock({ $0 }) else { throw Away() }
                    return blocks
                }
            )
        }
    }

    private static func record(
        _ instance: String,
        state: InstanceState = .active,
        silent: Duration = .zero,
        roles: [String] = ["ingester"]
    ) -> InstanceRecord {
        let registration = InstanceRegistration(
            instance: instance,
            address: "\(instance):1",
            zone: "",
            roles: roles
        )
        return InstanceRecord(registration: registration, state: state, epoch: 1, heartbeatAge: silent)
    }

    private static let everything = ProfileQuery(selector: LabelSelector(), type: nil, range: .all)

    private static func names(_ sources: RingSources) async throws -> [String] {
        try await sources.members(tenant: .anonymous, range: .all).map(\.name)
    }

    private static func sources(_ ring: Ring, period: Duration = .seconds(3_600)) -> RingSources {
        RingSources(ring.lookups, period: period) { _ in MemorySource() }
    }

    @Test func asksActiveIngestersOnly() async throws {
        let ring = Ring([
            Self.record("a"), Self.record("b", silent: .seconds(60)),
            Self.record("c", roles: ["distributor"]),
            Self.record("d", state: .left),
        ])
        #expect(try await Self.names(Self.sources(ring)) == ["a", "b"])
    }

    @Test func saysWhoWasSilentForLongWithoutAsking() async throws {
        let ring = Ring([Self.record("a", silent: .seconds(601))])
        let member = try #require(
            try await Self.sources(ring).members(tenant: .anonymous, range: .all).first
        )
        await #expect(throws: IngesterError.unavailable("not heard of for 601 s")) {
            try await member.source.series(tenant: .anonymous, query: Self.everything)
        }
    }

    @Test func namesDepartedIngestersWhoseBlocksAreNeeded() async throws {
        let ring = Ring(
            [Self.record("a", state: .left), Self.record("b", state: .left), Self.record("c")],
            blocks: [Self.block(of: "b"), Self.block(of: "b"), Self.block(of: "c")]
        )
        let sources = Self.sources(ring)
        #expect(try await Self.names(sources) == ["c", "b"])
        ring.blocks.withLock { $0 = nil }
        #expect(try await Self.names(sources) == ["c", "catalogue"])
    }

    @Test func keepsTheLastViewWhileTheCatalogueIsAway() async throws {
        let ring = Ring(nil)
        let sources = Self.sources(ring, period: .milliseconds(1))
        #expect(try await Self.names(sources).isEmpty)
        #expect(!sources.isReady)
        ring.records.withLock { $0 = [Self.record("a")] }
        #expect(try await Self.names(sources) == ["a"])
        ring.records.withLock { $0 = nil }
        let stop = StopSignal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sources.run(until: stop) }
            let before = ring.reads.load(ordering: .relaxed)
            while ring.reads.load(ordering: .relaxed) < before + 2 { await Task.yield() }
            #expect(try await Self.names(sources) == ["a"])
            ring.records.withLock { $0 = [Self.record("b")] }
            while try await Self.names(sources) != ["b"] { await Task.yield() }
            stop.fire()
            try await group.waitForAll()
        }
    }

    private static func block(of instance: String) -> BlockRecord {
        BlockRecord(
            id: BlockID(high: 1, low: 2),
            level: 0,
            timeRange: .all,
            byteCount: 1,
            path: "p",
            instance: instance,
            epoch: 1,
            lsnLow: 0,
            lsnHigh: 1,
            contentHash: [],
            datasets: []
        )
    }
}
