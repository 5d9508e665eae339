// SPDX-License-Identifier: Apache-2.0
package import ProfileModel
internal import Synchronization

/// The limits of every tenant: the defaults, and what was overridden.
///
/// Any thread may ask.
package final class TenantLimitsTable: Sendable {
    /// The limits of tenants without their own.
    package let defaults: TenantLimits
    private let state: Mutex<[TenantID: TenantLimits]>

    /// The same limits for every tenant, but for the overrides.
    package init(_ defaults: TenantLimits, overrides: [TenantID: TenantLimits] = [:]) {
        self.defaults = defaults
        self.state = Mutex(overrides)
    }

    /// The limits of one tenant, as they are now.
    package func limits(of tenant: TenantID) -> TenantLimits {
        self.state.withLock { $0[tenant] } ?? self.defaults
    }

    /// The limits of all tenants that have their own.
    package var overrides: [TenantID: TenantLimits] { self.state.withLock { $0 } }

    /// Replaces the overrides; requests that have read the old ones finish with them.
    package func replace(overrides: [TenantID: TenantLimits]) {
        self.state.withLock { $0 = overrides }
    }
}
