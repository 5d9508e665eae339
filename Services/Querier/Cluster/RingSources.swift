// SPDX-License-Identifier: Apache-2.0
package import CatalogStore
package import EventLog
package import ProfileModel
package import ServiceKit
internal import Synchronization
package import WireAPI

/// The ingesters of the cluster as sources: a view of the ring that is renewed for every query.
///
/// An ingester takes writes only after it has registered, so a query that reads the ring when it begins
/// misses nobody whose acknowledgement came before. When the catalogue is away or slow the last view stays in
/// use. Whoever should hold data and cannot be asked is a source all the same, one that says so, and ends up
/// in the warnings of the answer.
package final class RingSources: Service {
    /// What is asked of the catalogue.
    package struct Lookups: Sendable {
        package var instances: @Sendable () async throws -> [InstanceRecord]
        package var blocks: @Sendable (TenantID, TimeRange) async throws -> [BlockRecord]

        /// Lookups made of closures, for tests.
        package init(
            instances: @escaping @Sendable () async throws -> [InstanceRecord],
            blocks: @escaping @Sendable (TenantID, TimeRange) async throws -> [BlockRecord]
        ) {
            self.instances = instances
            self.blocks = blocks
        }

        /// The lookups of a catalogue.
        package init(_ catalog: any Catalog) {
            self.instances = { try await catalog.instances() }
            self.blocks = { try await catalog.blocks(tenant: $0, range: $1) }
        }
    }

    private let lookups: Lookups
    private let period: Duration
    private let connect: @Sendable (String) -> any ProfileSource
    private let logger: Logger
    private let view = Mutex(View())

    private struct View {
        var records: [InstanceRecord]?
        /// When the catalogue last failed to answer.
        var failedAt: ContinuousClock.Instant?
    }

    /// How long a query waits for the catalogue, and how long it is left alone after it failed.
    private static let patience: Duration = .milliseconds(500)
    private static let pause: Duration = .seconds(1)

    /// Silent for longer than this, an ingester is not asked any more: it would only delay every query.
    private static let silenceMax: Duration = .seconds(600)

    /// A view renewed every `period`; `connect` makes the source behind an address.
    package init(
        _ lookups: Lookups,
        period: Duration = .seconds(2),
        logger: Logger = .silent,
        connect: @escaping @Sendable (String) -> any ProfileSource
    ) {
        self.lookups = lookups
        self.period = period
        self.logger = logger
        self.connect = connect
    }

    /// Whether the ring was ever read.
    package var isReady: Bool { self.view.withLock { $0.records != nil } }

    /// Renews the view until `stop` fires.
    package func run(until stop: StopSignal) async throws {
        let clock = ContinuousClock()
        while !stop.hasFired {
            await self.renew()
            await stop.wait(until: clock.now.advanced(by: self.period), on: clock)
        }
    }

    /// Everybody who may hold data of `tenant` in `range`.
    package func members(tenant: TenantID, range: TimeRange) async throws -> [SourceMember] {
        let (isKnown, failedAt) = self.view.withLock { ($0.records != nil, $0.failedAt) }
        let isPausing = failedAt.map { ContinuousClock.now - $0 < Self.pause } ?? false
        if !isKnown || !isPausing { await self.renewInTime() }
        guard let view = self.view.withLock({ $0.records }) else { return [] }
        let ingesters = view.filter { $0.registration.roles.contains("ingester") }
        var members = ingesters.filter { $0.state == .active }.map(self.member)
        let gone = ingesters.filter { $0.state == .left }.map(\.registration.instance)
        if !gone.isEmpty { members += await self.departed(Set(gone), tenant: tenant, range: range) }
        return members
    }

    private func renew() async {
        do {
            let records = try await self.lookups.instances()
            self.view.withLock { $0 = View(records: records) }
        } catch {
            self.view.withLock { $0.failedAt = .now }
            guard !Task.isCancelled else { return }
            self.logger.warn("the ring cannot be read", ["error": .error(error)])
        }
    }

    /// Renews the view unless the catalogue takes too long; what comes late is given up.
    private func renewInTime() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.renew() }
            group.addTask {
                // Ends early when the view was renewed first.
                try? await ContinuousClock().sleep(for: Self.patience)
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func member(_ record: InstanceRecord) -> SourceMember {
        let source: any ProfileSource =
            record.heartbeatAge > Self.silenceMax
            ? UnreachableSource(reason: "not heard of for \(record.heartbeatAge.components.seconds) s")
            : self.connect(record.registration.address)
        return SourceMember(name: record.registration.instance, source: source)
    }

    /// Members for those who left the ring but whose disks hold blocks that the query needs.
    private func departed(
        _ instances: Set<String>,
        tenant: TenantID,
        range: TimeRange
    ) async -> [SourceMember] {
        do {
            let holders = Set(try await self.lookups.blocks(tenant, range).map(\.instance))
            return holders.intersection(instances).sorted().map { instance in
                let reason = "left the ring with blocks in this range"
                return SourceMember(name: instance, source: UnreachableSource(reason: reason))
            }
        } catch {
            let reason = "blocks of \(instances.count) ingesters that left cannot be looked up"
            return [SourceMember(name: "catalogue", source: UnreachableSource(reason: reason))]
        }
    }
}
