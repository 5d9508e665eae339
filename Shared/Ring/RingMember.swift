// SPDX-License-Identifier: Apache-2.0

/// An instance that may own series.
package struct RingMember: Hashable, Sendable {
    /// Stable across restarts: its tokens follow from it.
    package var instance: String
    /// Where it is reached.
    package var address: String
    package var zone: String

    package init(instance: String, address: String, zone: String) {
        self.instance = instance
        self.address = address
        self.zone = zone
    }
}

/// When an instance counts as alive.
package enum RingHealth {
    /// How often an instance says that it lives.
    package static let heartbeatPeriod: Duration = .seconds(5)
    /// Nobody writes to an instance that has been silent for longer.
    package static let heartbeatAgeMax: Duration = .seconds(30)

    /// Whether a heartbeat of this age still counts.
    package static func isAlive(heartbeatAge: Duration) -> Bool { heartbeatAge <= Self.heartbeatAgeMax }
}
