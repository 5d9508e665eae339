// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import EventLog
import Ring
import ServiceKit
import Support
import Synchronization
import Testing

@Suite struct RingWatchTests {
    private struct Away: Error {}

    /// A catalogue whose ring can be changed and taken away.
    private final class Ring: Sendable {
        let records: Mutex<[InstanceRecord]?>

        init(_ records: [InstanceRecord]?) { self.records = Mutex(records) }

        func watch(period: Duration = .seconds(3_600)) -> RingWatch {
            RingWatch(
                instances: {
                    guard let records = self.records.withLock({ $0 }) else { throw Away() }
                    return records
                },
                logger: .silent,
                period: period
            )
        }
    }

    private static func names(_ watch: RingWatch) -> [String] { watch.writers.members.map(\.instance) }

    @Test func onlyLiveIngestersTakeWrites() async throws {
        let watch = Ring([
            .of("a"), .of("b", silent: .seconds(31)), .of("c", state: .left), .of("d", roles: ["querier"]),
            .of("e", silent: .seconds(29)),
        ]).watch()
        #expect(Self.names(watch).isEmpty)
        try await watch.start()
        #expect(Self.names(watch) == ["a", "e"])
    }

    @Test func liveDistributorsAreCounted() async throws {
        let ring = Ring([.of("a")])
        let watch = ring.watch()
        #expect(watch.distributorCount == 1)
        try await watch.start()
        #expect(watch.distributorCount == 1)
        ring.records.withLock {
            $0 = [
                .of("a"), .of("x", roles: ["distributor"]), .of("y", roles: ["distributor"]),
                .of("z", silent: .seconds(31), roles: ["distributor"]),
                .of("w", state: .left, roles: ["distributor"]),
            ]
        }
        try await watch.start()
        #expect(watch.distributorCount == 2)
        #expect(Self.names(watch) == ["a"])
        ring.records.withLock { $0 = nil }
        try await watch.start()
        #expect(watch.distributorCount == 2)
    }

    @Test func whatIsKnownStaysWhileTheCatalogueIsAway() async throws {
        let ring = Ring([.of("a")])
        let watch = ring.watch()
        try await watch.start()
        ring.records.withLock { $0 = nil }
        try await watch.start()
        #expect(Self.names(watch) == ["a"])
    }

    @Test func followsTheRingUntilItIsStopped() async throws {
        let ring = Ring(nil)
        let watch = ring.watch(period: .milliseconds(1))
        let stop = StopSignal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await watch.run(until: stop) }
            ring.records.withLock { $0 = [.of("a"), .of("b")] }
            try await waitUntil("two members") { Self.names(watch) == ["a", "b"] }
            ring.records.withLock { $0 = [.of("b")] }
            try await waitUntil("one member") { Self.names(watch) == ["b"] }
            stop.fire()
            try await group.waitForAll()
        }
    }

    @Test func suspectsGetNothingWhileOthersAreThere() async throws {
        let watch = Ring([.of("a"), .of("b")]).watch()
        try await watch.start()
        let members = watch.writers.members
        watch.suspect(members[0])
        #expect(Self.names(watch) == ["b"])
        watch.suspect(members[1])
        #expect(Self.names(watch) == ["a", "b"], "with nobody else, suspects are better than none")
    }
}
