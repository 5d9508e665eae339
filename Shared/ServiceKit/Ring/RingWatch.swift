// SPDX-License-Identifier: Apache-2.0
package import CatalogStore
package import EventLog
package import Ring
internal import Synchronization

/// Who is in the ring, as far as this process knows: read from the catalogue every two seconds, kept while it
/// is away.
///
/// Any thread may ask. Writes go to members that live and that nobody found out of reach just now.
package final class RingWatch: Service {
    private struct State {
        var writers = RingSnapshot(members: [])
        var distributorCount = 1
        var suspects: [RingMember: ContinuousClock.Instant] = [:]
    }

    private let instances: @Sendable () async throws -> [InstanceRecord]
    private let logger: Logger
    private let period: Duration
    private let state = Mutex(State())

    /// How long a member that could not be reached gets no writes.
    private static let suspicion = Duration.seconds(5)

    /// Watches the ring that `instances` reads.
    package init(
        instances: @escaping @Sendable () async throws -> [InstanceRecord],
        logger: Logger,
        period: Duration = .seconds(2)
    ) {
        self.instances = instances
        self.logger = logger
        self.period = period
    }

    /// Watches the ring of `catalog`.
    package convenience init(catalog: any Catalog, logger: Logger) {
        self.init(instances: { try await catalog.instances() }, logger: logger)
    }

    /// Members that take writes.
    package var writers: RingSnapshot {
        self.state.withLock { state in
            let now = ContinuousClock.now
            let suspects = state.suspects.filter { $0.value > now }
            guard !suspects.isEmpty else { return state.writers }
            let trusted = state.writers.members.filter { suspects[$0] == nil }
            return trusted.isEmpty ? state.writers : RingSnapshot(members: trusted)
        }
    }

    /// Distributors that live: each may hand out its part of a tenant's rate.
    package var distributorCount: Int { self.state.withLock { $0.distributorCount } }

    /// The member could not be reached just now.
    package func suspect(_ member: RingMember) {
        self.state.withLock { $0.suspects[member] = .now.advanced(by: Self.suspicion) }
    }

    /// Reads the ring once; a catalogue that is away is tried again later.
    package func start() async throws { await self.refresh() }

    /// Follows the ring.
    package func run(until stop: StopSignal) async throws {
        let clock = ContinuousClock()
        while !stop.hasFired {
            await stop.wait(until: clock.now.advanced(by: self.period), on: clock)
            if !stop.hasFired { await self.refresh() }
        }
    }

    private func refresh() async {
        do {
            let living = try await self.instances().filter {
                $0.state == .active && RingHealth.isAlive(heartbeatAge: $0.heartbeatAge)
            }
            let writers = living.filter { $0.registration.roles.contains("ingester") }
            let snapshot = RingSnapshot(members: writers.map(RingMember.init))
            let distributorCount = living.count { $0.registration.roles.contains("distributor") }
            self.state.withLock { state in
                state.writers = snapshot
                state.distributorCount = max(1, distributorCount)
            }
        } catch {
            self.logger.warn("the ring cannot be read, going on with what is known", ["error": .error(error)])
        }
    }
}

extension RingMember {
    /// A member as the catalogue knows it.
    init(_ record: InstanceRecord) {
        self.init(
            instance: record.registration.instance,
            address: record.registration.address,
            zone: record.registration.zone
        )
    }
}
