// SPDX-License-Identifier: Apache-2.0

/// Why the catalogue did not do what was asked: codes and names only, nothing a user wrote.
package enum CatalogError: Error, Hashable {
    /// What two writers, or a writer and the past, disagree about.
    package enum Conflict: Hashable, Sendable {
        /// A later life of the instance has registered, or the instance never did.
        case epoch
        /// A block of this id with other content is known.
        case blockContent
        /// The id means another symbol.
        case symbolID
    }

    /// Which argument is out of bounds.
    package enum Invalid: Hashable, Sendable {
        case url
        case instance
        case block
        case limit
        case size
        case migration
    }

    /// The database is away, busy or full; `code` is its SQLSTATE, result code or a word.
    case unavailable(retryable: Bool, code: String)
    /// The request contradicts what is committed.
    case conflict(Conflict)
    /// The database holds what this program never wrote; `code` says what.
    case corrupt(code: String)
    /// The request can never be served.
    case invalid(Invalid)
    /// The task that asked was cancelled.
    case cancelled
}
