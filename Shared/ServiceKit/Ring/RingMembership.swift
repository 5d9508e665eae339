// SPDX-License-Identifier: Apache-2.0
package import CatalogStore
package import EventLog

/// Keeps this instance in the ring: registers, sends heartbeats, leaves at the end.
///
/// The catalogue may be away at any time: then it tries again with the next beat, and nothing else waits for
/// it.
package struct RingMembership<C: Clock<Duration>>: Service {
    private let catalog: any Catalog
    private let registration: InstanceRegistration
    private let period: Duration
    private let clock: C
    private let logger: Logger
    private let registered: @Sendable (Int64) async -> Void

    /// A membership with a heartbeat every `period`; `registered` hears the epoch of each registration.
    package init(
        catalog: any Catalog,
        registration: InstanceRegistration,
        period: Duration,
        clock: C,
        logger: Logger,
        registered: @escaping @Sendable (Int64) async -> Void = { _ in }
    ) {
        self.catalog = catalog
        self.registration = registration
        self.period = period
        self.clock = clock
        self.logger = logger
        self.registered = registered
    }

    /// Beats until `stop` fires, then leaves.
    package func run(until stop: StopSignal) async throws {
        var epoch: Int64?
        while !stop.hasFired {
            epoch = await self.beat(epoch)
            await stop.wait(until: self.clock.now.advanced(by: self.period), on: self.clock)
        }
        guard let epoch else { return }
        do throws(CatalogError) {
            try await self.catalog.leave(instance: self.registration.instance, epoch: epoch)
        } catch {
            self.logger.warn("could not leave the ring; the heartbeat will run out", ["error": .error(error)])
        }
    }

    /// One heartbeat, or the registration that has to come first; returns the epoch while we are in the ring.
    private func beat(_ epoch: Int64?) async -> Int64? {
        do throws(CatalogError) {
            if let epoch {
                try await self.catalog.heartbeat(instance: self.registration.instance, epoch: epoch)
                return epoch
            }
            let fresh = try await self.catalog.register(self.registration)
            await self.registered(fresh)
            return fresh
        } catch {
            self.logger.warn("no heartbeat", ["error": .error(error)])
            if case .conflict = error { return nil }
            return epoch
        }
    }
}
