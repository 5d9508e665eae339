// SPDX-License-Identifier: Apache-2.0
internal import Exposition
internal import ProfileModel

/// What a distributor counts, under the names that dashboards know.
struct DistributorMetrics: Sendable {
    private let receivedByteCounts: InstrumentFamily<Histogram>
    private let inflatedByteCounts: InstrumentFamily<Histogram>
    private let receivedProfileCounts: InstrumentFamily<Counter>
    private let discardedCounts: InstrumentFamily<Counter>
    private let discardedByteCounts: InstrumentFamily<Counter>

    init(_ registry: MetricRegistry) {
        self.receivedByteCounts = registry.histograms(
            "pyroscope_distributor_received_compressed_bytes",
            help: "Bytes of profiles as received.",
            labelNames: ["tenant"],
            upperBounds: Histogram.byteBounds
        )
        self.inflatedByteCounts = registry.histograms(
            "pyroscope_distributor_received_decompressed_bytes",
            help: "Bytes of profiles after inflating, as their trailer says.",
            labelNames: ["tenant"],
            upperBounds: Histogram.byteBounds
        )
        self.receivedProfileCounts = registry.counters(
            "pyroscope_distributor_received_profiles_total",
            help: "Profiles received.",
            labelNames: ["tenant"]
        )
        self.discardedCounts = registry.counters(
            "pyroscope_discarded_samples_total",
            help: "Profiles that were refused, by reason.",
            labelNames: ["reason", "tenant"]
        )
        self.discardedByteCounts = registry.counters(
            "pyroscope_discarded_bytes_total",
            help: "Bytes of profiles that were refused, by reason.",
            labelNames: ["reason", "tenant"]
        )
    }

    func received(_ profiles: [Candidate], inflatedByteCount: Int, _ tenant: TenantID) {
        guard !profiles.isEmpty else { return }
        let name = tenant.description
        self.receivedProfileCounts.with(name).increment(by: profiles.count)
        let byteCount = profiles.reduce(0) { $0 + $1.payload.count }
        self.receivedByteCounts.with(name).observe(Double(byteCount))
        self.inflatedByteCounts.with(name).observe(Double(inflatedByteCount))
    }

    func discarded(_ reason: DiscardReason, byteCount: Int, _ tenant: TenantID) {
        self.discardedCounts.with(reason.rawValue, tenant.description).increment()
        self.discardedByteCounts.with(reason.rawValue, tenant.description).increment(by: byteCount)
    }
}
