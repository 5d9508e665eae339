// SPDX-License-Identifier: Apache-2.0

/// Why a head store did not take profiles; nothing of what was refused is stored.
package enum HeadStoreError: Error, Hashable, Sendable {
    /// For now: try again later.
    case unavailable(String)
    /// The log is broken until a restart.
    case failed(DiskError)
    /// The store was closed.
    case closed
}
