// SPDX-License-Identifier: Apache-2.0
internal import CatalogStore
internal import EventLog
internal import ServiceKit

/// Keeps this instance in the ring: registers, sends heartbeats, leaves at the end.
///
/// The catalogue may be away at any time: then it tries again with the next beat, and nothing else waits for
/// it.
struct RingMember<C: Clock<Duration>>: Service {
    let catalog: any Catalog
    let registration: InstanceRegistration
    let period: Duration
    let clock: C
    let logger: Logger
    let registered: @Sendable (Int64) async -> Void

    func run(until stop: StopSignal) async throws {
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
