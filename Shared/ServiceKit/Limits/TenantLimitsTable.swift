// SPDX-License-Identifier: Apache-2.0
package import ProfileModel
internal import Synchronization

/// The limits of every tenant: the defaults, and what was overridden.
///
/// Any thread may ask.
package final class TenantLimitsTable: Sendable {
    private struct State {
        var defaults: TenantLimits
        var overrides: [TenantID: TenantLimits]
    }

    private let state: Mutex<State>

    /// The same limits for every tenant, but for the overrides.
    package init(_ defaults: TenantLimits, overrides: [TenantID: TenantLimits] = [:]) {
        self.state = Mutex(State(defaults: defaults, overrides: overrides))
    }

    /// The limits of one tenant, as they are now.
    package func limits(of tenant: TenantID) -> TenantLimits {
        self.state.withLock { $0.overrides[tenant] ?? $0.defaults }
    }

    /// Replaces the overrides; requests that have read the old ones finish with them.
    package func replace(overrides: [TenantID: TenantLimits]) {
        self.state.withLock { $0.overrides = overrides }
    }
}
