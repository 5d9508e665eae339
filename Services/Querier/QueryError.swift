// SPDX-License-Identifier: Apache-2.0

/// Why a query has no answer.
package enum QueryError: Error, Sendable {
    /// The client's fault; the text says what is wrong, in the Go server's words where it has some.
    case invalid(String)
    /// Understood, but not served by this version.
    case unimplemented(String)
    /// Nobody who holds data could answer, or a partial answer was refused.
    case unavailable(String)
    case deadlineExceeded
    case canceled
    /// Our fault; the cause is for the log.
    case `internal`(any Error)
}
