// SPDX-License-Identifier: Apache-2.0
package import ConfigSchema
package import EventLog
package import HTTPServer

/// What every process of Hearth is told: where it listens, how it logs, how it stops.
package struct ProcessConfig: Sendable, Equatable {
    package var listenAddress = ""
    package var listenPort = 4_040
    package var connectionCountMax = 4_096
    package var requestCountMax = 2_000
    package var inflightByteCountMax = 256 << 20
    package var idleTimeout = Duration.seconds(60)
    package var headerTimeout = Duration.seconds(10)
    package var writeTimeout = Duration.seconds(30)
    package var gracefulTimeout = Duration.seconds(30)
    package var shutdownDelay = Duration.zero
    package var logLevel = LogLevel.info
    package var logFormat = LogFormat.logfmt

    /// The shipped configuration.
    package init() {}

    /// The keys.
    package static let schema = Schema<ProcessConfig>([Self.listenerSchema, Self.lifeSchema])

    private static let listenerSchema = Schema<ProcessConfig>(
        section: "",
        [
            .string("server.http-listen-address", \.listenAddress, "Address to listen on; empty means all."),
            .int(
                "server.http-listen-port",
                \.listenPort,
                in: 0...65_535,
                "Port to listen on; 0 takes a free one."
            ),
            .int(
                "server.http-conn-limit",
                \.connectionCountMax,
                in: 0...1_000_000,
                "Open connections; above it accepting pauses. 0 means no limit."
            ).advanced(),
            .int(
                "server.http-request-limit",
                \.requestCountMax,
                in: 1...1_000_000,
                "Requests under way; above it the answer is 503."
            ).advanced(),
            .byteCount(
                "server.http-inflight-bytes-limit",
                \.inflightByteCountMax,
                in: 1 << 20...1 << 40,
                "Bytes that the bodies of requests under way may hold together; above it the answer is 503."
            ).advanced(),
            .duration(
                "server.http-idle-timeout",
                \.idleTimeout,
                in: .seconds(1) ... .seconds(86_400),
                "Longest pause between two requests of a connection."
            ).advanced(),
            .duration(
                "server.http-read-header-timeout",
                \.headerTimeout,
                in: .milliseconds(100) ... .seconds(3_600),
                "Longest time for the head of a request to arrive."
            ).advanced(),
            .duration(
                "server.http-write-timeout",
                \.writeTimeout,
                in: .milliseconds(100) ... .seconds(3_600),
                "Longest time that a client may take nothing of an answer."
            ).advanced(),
        ]
    )

    private static let lifeSchema = Schema<ProcessConfig>(
        section: "",
        [
            .duration(
                "server.graceful-shutdown-timeout",
                \.gracefulTimeout,
                in: .zero ... .seconds(3_600),
                "Time for requests to finish after SIGTERM; flushing gets as long again."
            ),
            .duration(
                "shutdown-delay",
                \.shutdownDelay,
                in: .zero ... .seconds(3_600),
                "Pause between not being ready and closing connections."
            ).advanced(),
            .choice("log.level", \.logLevel, "Least level of events that are logged.").yaml(
                "server.log_level"
            ),
            .choice("log.format", \.logFormat, "How logs look.").yaml("server.log_format"),
        ]
    )

    /// The configuration of the listener.
    package var httpServer: HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration()
        configuration.host = self.listenAddress
        configuration.port = UInt16(clamping: self.listenPort)
        configuration.connectionCountMax = self.connectionCountMax
        configuration.deadlines.idle = self.idleTimeout
        configuration.deadlines.header = self.headerTimeout
        configuration.deadlines.writeStall = self.writeTimeout
        return configuration
    }
}
