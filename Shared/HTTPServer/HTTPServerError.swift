// SPDX-License-Identifier: Apache-2.0

/// Why a server could not start.
package enum HTTPServerError: Error, Equatable {
    /// The address cannot be listened on; the system's error number (`EADDRINUSE` and the like).
    case bind(host: String, port: UInt16, errno: Int32)
    /// No descriptor or thread for an event loop.
    case resources(errno: Int32)
    /// `start` was called before.
    case alreadyStarted
}
