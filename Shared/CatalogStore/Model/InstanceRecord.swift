// SPDX-License-Identifier: Apache-2.0

/// A process that wants to be found by the others.
package struct InstanceRegistration: Hashable, Sendable {
    /// Stable across restarts.
    package var instance: String
    /// Where others reach it: `host:port`.
    package var address: String
    package var zone: String
    /// What it does, as in `ingester`.
    package var roles: [String]

    package init(instance: String, address: String, zone: String, roles: [String]) {
        self.instance = instance
        self.address = address
        self.zone = zone
        self.roles = roles
    }
}

/// Whether an instance takes part.
package enum InstanceState: Int64, Hashable, Sendable {
    case active = 1
    case left = 2
}

/// A member of the ring.
package struct InstanceRecord: Hashable, Sendable {
    package var registration: InstanceRegistration
    package var state: InstanceState
    /// Which life of the instance registered last.
    package var epoch: Int64
    /// Time since the last heartbeat by the catalogue's clock.
    package var heartbeatAge: Duration

    package init(
        registration: InstanceRegistration,
        state: InstanceState,
        epoch: Int64,
        heartbeatAge: Duration
    ) {
        self.registration = registration
        self.state = state
        self.epoch = epoch
        self.heartbeatAge = heartbeatAge
    }
}
