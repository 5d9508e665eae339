// SPDX-License-Identifier: Apache-2.0
internal import Exposition
internal import HTTPServer

/// What is measured of every request, by the names that Pyroscope's dashboards read.
struct RequestMetrics: Sendable {
    let inflight: Gauge
    let shed: Counter
    private let durations: InstrumentFamily<Histogram>
    private let requestBytes: InstrumentFamily<Histogram>
    private let responseBytes: InstrumentFamily<Histogram>

    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]

    init(_ registry: MetricRegistry) {
        self.inflight = registry.gauge("pyroscope_inflight_requests", help: "Requests under way.")
        self.shed = registry.counter(
            "pyroscope_load_shed_total",
            help: "Requests refused because the process was full.",
            labels: [("resource", "requests")]
        )
        self.durations = registry.histograms(
            "pyroscope_request_duration_seconds",
            help: "Time in seconds to answer HTTP requests.",
            labelNames: ["method", "route", "status_code", "ws"]
        )
        self.requestBytes = registry.histograms(
            "pyroscope_request_message_bytes",
            help: "Declared size in bytes of request bodies.",
            labelNames: ["method", "route"],
            upperBounds: Histogram.byteBounds
        )
        self.responseBytes = registry.histograms(
            "pyroscope_response_message_bytes",
            help: "Size in bytes of response bodies that are not streamed.",
            labelNames: ["method", "route"],
            upperBounds: Histogram.byteBounds
        )
    }

    func observe(
        _ request: HTTPRequest,
        route: String,
        status: Int,
        _ response: HTTPResponse,
        _ took: Duration
    ) {
        let method = Self.methods.contains(request.method) ? request.method : "other"
        self.durations.with(method, route, "\(status)", "false").observe(took)
        if let byteCount = request.declaredLength {
            self.requestBytes.with(method, route).observe(Double(byteCount))
        }
        if case .bytes(let body) = response.body {
            self.responseBytes.with(method, route).observe(Double(body.count))
        }
    }
}
