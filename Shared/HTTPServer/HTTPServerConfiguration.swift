// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// Where a server listens, and what it takes from clients; the defaults are those we ship.
package struct HTTPServerConfiguration: Sendable {
    /// Address or name to listen on; empty means every address.
    package var host = ""
    /// TCP port; 0 asks the system for a free one (see `HTTPServer.boundPort`).
    package var port: UInt16 = 4040
    /// Event loops, each on a thread of its own.
    package var loopCount = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    /// Connections of the listener, above which accepting pauses; 0 = no limit.
    package var connectionCountMax = 4_096
    /// Connections of one client address, above which it gets 503; 0 = no limit.
    package var connectionCountPerAddressMax = 256
    package var limits = HTTPLimits()
    package var deadlines = HTTPDeadlines()

    /// The shipped configuration, to be changed field by field.
    package init() {}

    /// The shipped limits on one address.
    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }
}

/// Bounds on what one request may be made of; exceeding one is answered 400 and closes.
package struct HTTPLimits: Sendable {
    package var targetByteCountMax = 8_192
    package var fieldCountMax = 100
    package var fieldListByteCountMax = 16_384
    package var chunkCountMax = 65_536
    package var chunkExtensionByteCountMax = 256
    /// Least average size of a chunk, judged from the 1,024th on.
    package var chunkMeanByteCountMin = 16
    /// Body bytes held for a handler that does not read; then receiving pauses.
    package var bodyBufferByteCount = 131_072
    /// Response bytes held for a client that does not read; then the handler waits.
    package var responseBufferByteCount = 65_536
    /// Unread bytes of a refused request body that are read and dropped to keep the connection.
    package var bodyDiscardByteCountMax = 65_536
    /// Streams of one HTTP/2 connection at a time.
    package var streamCountMax = 100
    /// HTTP/2 PING, SETTINGS, PRIORITY, WINDOW_UPDATE and RST_STREAM frames of one connection in a second.
    package var controlFramesPerSecondMax = 2_000
    /// Paths that HTTP/1.0 clients (simple health checks) may ask for.
    package var http10Paths: Set<String> = ["/ready", "/metrics"]

    /// The shipped limits.
    package init() {}
}

/// How long the server waits for a client.
package struct HTTPDeadlines: Sendable {
    /// From the first byte of a request to the end of its header; also from accept to the first byte.
    package var header: Duration = .seconds(10)
    /// Between two requests of a connection.
    package var idle: Duration = .seconds(60)
    /// A body must bring `bodyBytesPerSecondMin` on average over each such period.
    package var bodyGrace: Duration = .seconds(5)
    package var bodyBytesPerSecondMin = 1_024
    /// Without a byte taken by the client while we have some for it.
    package var writeStall: Duration = .seconds(30)
    /// After the last answer, for the client to read it and close.
    package var linger: Duration = .seconds(2)

    /// The shipped deadlines.
    package init() {}
}
