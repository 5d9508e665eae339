// SPDX-License-Identifier: Apache-2.0

/// How a client talks to servers.
package struct HTTPClientConfiguration: Sendable {
    /// The protocol that is offered.
    package enum Version: Sendable {
        case http11
        /// HTTP/2 by Upgrade (by ALPN under TLS), many requests on one connection.
        case http2
    }

    package var version = Version.http11
    /// Connections to one host at a time; further requests wait for one.
    package var connectionsPerHostMax = 32
    /// Idle connections that are kept.
    package var idleConnectionCountMax = 64
    /// An idle connection older than this is not used again: shorter than the server's own limit.
    package var idleConnectionAgeMax = Duration.seconds(30)
    package var connectTimeout = Duration.seconds(5)
    /// Bytes of all header fields of one response.
    package var headerByteCountMax = 32_768
    /// Whether `http_proxy` and the like count; requests inside a cluster ignore them.
    package var usesEnvironmentProxy = false

    /// The shipped configuration.
    package init() {}
}
