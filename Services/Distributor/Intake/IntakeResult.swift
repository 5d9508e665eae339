// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel

/// Why profiles of a request were not stored.
enum IntakeFailure: Error {
    /// Faults of single profiles, with their place in the request; the others are stored.
    case rejected([(series: Int, id: String, rejection: ProfileRejection)])
    /// The tenant sends too much; nothing was stored.
    case rateLimited(ProfileRejection, retryAfterSeconds: Int?)
    /// The request's profiles are too large together; nothing was stored.
    case tooLarge(ProfileRejection)
    /// Our fault or a passing one; nothing is promised, resending is safe.
    case unavailable(String)
    case deadlineExceeded
    case `internal`(any Error)
}
