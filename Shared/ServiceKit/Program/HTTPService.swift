// SPDX-License-Identifier: Apache-2.0
package import EventLog
package import Exposition
package import HTTPServer

/// The listener as a service: binds when it starts, drains when it stops.
package struct HTTPService: Service {
    /// The server itself, for its bound port.
    package let server: HTTPServer
    private let grace: Duration
    private let logger: Logger

    /// A listener that answers with `handler`.
    package init(
        _ config: ProcessConfig,
        handler: any HTTPHandler,
        registry: MetricRegistry,
        logger: Logger
    ) {
        self.server = HTTPServer(configuration: config.httpServer, handler: handler)
        self.grace = config.gracefulTimeout
        self.logger = logger
        Self.register(self.server, connectionCountMax: config.connectionCountMax, in: registry)
    }

    /// Binds the port.
    package func start() async throws {
        try self.server.start()
        self.logger.info("listening", ["port": .int(Int(self.server.boundPort ?? 0))])
    }

    /// Serves until `stop` fires, then lets requests finish.
    package func run(until stop: StopSignal) async throws {
        await stop.wait()
        await self.server.drain(grace: self.grace)
    }

    private static func register(_ server: HTTPServer, connectionCountMax: Int, in registry: MetricRegistry) {
        registry.collect { page in
            Self.connections(of: server, limit: connectionCountMax, to: &page)
            Self.faults(of: server.counters, to: &page)
            Self.turns(of: server.counters, to: &page)
        }
    }

    private static func connections(of server: HTTPServer, limit: Int, to page: inout MetricText) {
        let tcp: MetricText.Labels = [("protocol", "http")]
        page.gauge(
            "pyroscope_tcp_connections",
            help: "Open connections.",
            labels: tcp,
            Double(server.connectionCount)
        )
        page.gauge(
            "pyroscope_tcp_connections_limit",
            help: "Connections allowed, 0 for no limit.",
            labels: tcp,
            Double(limit)
        )
        page.counter(
            "pyroscope_http_connections_accepted_total",
            help: "Connections accepted.",
            Double(server.counters.acceptedCount)
        )
        page.counter(
            "pyroscope_http_connections_refused_total",
            help: "Connections refused: too many from one address.",
            Double(server.counters.refusedCount)
        )
    }

    private static func faults(of counters: HTTPServerCounters, to page: inout MetricText) {
        Self.counts(
            "pyroscope_http_rejected_total",
            help: "Requests that broke the protocol, by fault.",
            by: "reason",
            counters.faultCounts.map { ("\($0.key)", $0.value) },
            to: &page
        )
        Self.counts(
            "pyroscope_http2_broken_off_total",
            help: "HTTP/2 connections broken off, by error code.",
            by: "code",
            counters.protocolErrorCounts.map { ("\($0.key)", $0.value) },
            to: &page
        )
        Self.counts(
            "pyroscope_http_slow_clients_total",
            help: "Clients cut for being slow, by phase.",
            by: "phase",
            counters.slowClientCounts.map { ("\($0.key)", $0.value) },
            to: &page
        )
    }

    private static func turns(of counters: HTTPServerCounters, to page: inout MetricText) {
        page.counter(
            "pyroscope_http_loop_slow_turns_total",
            help: "Turns of an event loop above 50 ms of CPU time.",
            Double(counters.slowTurnCount)
        )
        page.gauge(
            "pyroscope_http_loop_longest_turn_seconds",
            help: "Longest turn of an event loop, in CPU time.",
            Double(counters.longestTurnDuration / .nanoseconds(1)) * 1e-9
        )
    }

    private static func counts(
        _ name: String,
        help: String,
        by label: String,
        _ counts: [(String, some BinaryInteger)],
        to page: inout MetricText
    ) {
        page.family(name, type: "counter", help: help)
        for (value, count) in counts.sorted(by: { $0.0 < $1.0 }) {
            page.sample(name, rendered: MetricText.render([(label, value)]), "\(count)")
        }
    }
}
