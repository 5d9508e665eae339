// SPDX-License-Identifier: Apache-2.0
internal import Exposition
internal import ProfileModel
internal import ServiceKit

/// What a distributor counts, under the names that dashboards know (spec/ingest 7.5).
struct DistributorMetrics: Sendable {
    private let profileCounts: InstrumentFamily<Counter>
    private let batchSizes: InstrumentFamily<Histogram>
    private let receivedByteCounts: InstrumentFamily<Histogram>
    private let inflatedByteCounts: InstrumentFamily<Histogram>
    private let stageByteCounts: InstrumentFamily<Histogram>
    private let groupByteCounts: InstrumentFamily<Counter>
    private let discardedCounts: InstrumentFamily<Counter>
    private let discardedByteCounts: InstrumentFamily<Counter>
    private let discardedGroupByteCounts: InstrumentFamily<Counter>
    private let sanitizedCounts: InstrumentFamily<Counter>
    private let types = BoundedNames()
    private let scopes = BoundedNames()
    private let groups = BoundedNames(countMax: 1_000)

    /// Where a profile's size was taken.
    enum Stage: String {
        case received, sampled
    }

    init(_ registry: MetricRegistry) {
        self.profileCounts = registry.counters(
            "pyroscope_distributor_profiles_received_total",
            help: "Profiles received, by the sender's instrumentation scope.",
            labelNames: ["scope_name", "scope_version", "tenant"]
        )
        self.batchSizes = registry.histograms(
            "pyroscope_distributor_push_batch_series",
            help: "Profiles in one request.",
            labelNames: ["tenant"],
            upperBounds: (0...10).map { Double(1 << $0) }
        )
        self.receivedByteCounts = registry.histograms(
            "pyroscope_distributor_received_compressed_bytes",
            help: "Bytes of a profile as received.",
            labelNames: ["tenant", "type"],
            upperBounds: Histogram.byteBounds
        )
        self.inflatedByteCounts = registry.histograms(
            "pyroscope_distributor_received_decompressed_bytes",
            help: "Bytes of a profile after inflating, as its trailer says.",
            labelNames: ["tenant", "type"],
            upperBounds: Histogram.byteBounds
        )
        self.stageByteCounts = registry.histograms(
            "pyroscope_distributor_received_decompressed_bytes_total",
            help: "Bytes of profiles after inflating: all, and those that sampling left.",
            labelNames: ["stage", "tenant"],
            upperBounds: Histogram.byteBounds
        )
        self.groupByteCounts = registry.counters(
            "pyroscope_usage_group_received_decompressed_total",
            help: "Bytes of profiles after inflating, by usage group.",
            labelNames: ["tenant", "type", "usage_group"]
        )
        self.discardedCounts = registry.counters(
            "pyroscope_discarded_samples_total",
            help: "Profiles that were not stored, by reason.",
            labelNames: ["reason", "tenant"]
        )
        self.discardedByteCounts = registry.counters(
            "pyroscope_discarded_bytes_total",
            help: "Bytes of profiles that were not stored, by reason.",
            labelNames: ["reason", "tenant"]
        )
        self.discardedGroupByteCounts = registry.counters(
            "pyroscope_usage_group_discarded_bytes_total",
            help: "Bytes of profiles that were not stored, by reason and usage group.",
            labelNames: ["reason", "tenant", "usage_group"]
        )
        self.sanitizedCounts = registry.counters(
            "pyroscope_sanitized_label_names_total",
            help: "Label names whose dots became underscores.",
            labelNames: ["tenant"]
        )
    }

    /// One profile of a request.
    func received(
        _ profile: Candidate,
        inflatedByteCount: Int,
        _ groups: [UsageGroup],
        _ tenant: TenantID
    ) {
        let tenant = tenant.description
        let type = self.types.bounded(Self.value(LabelName.profileName, of: profile) ?? "unknown")
        self.receivedByteCounts.with(tenant, type).observe(Double(profile.payload.count))
        self.inflatedByteCounts.with(tenant, type).observe(Double(inflatedByteCount))
        for group in groups {
            let name = self.groups.bounded(group.name)
            self.groupByteCounts.with(tenant, type, name).increment(by: inflatedByteCount)
        }
        let scope = self.scopes.bounded(Self.value("otel.scope.name", of: profile) ?? "")
        let version = self.scopes.bounded(Self.value("otel.scope.version", of: profile) ?? "")
        self.profileCounts.with(scope, version, tenant).increment()
        self.size(inflatedByteCount, .received, tenant)
    }

    /// The profiles of one request.
    func received(batchOf count: Int, _ tenant: TenantID) {
        self.batchSizes.with(tenant.description).observe(Double(count))
    }

    /// A profile that sampling left.
    func sampled(inflatedByteCount: Int, _ tenant: TenantID) {
        self.size(inflatedByteCount, .sampled, tenant.description)
    }

    private func size(_ byteCount: Int, _ stage: Stage, _ tenant: String) {
        self.stageByteCounts.with(stage.rawValue, tenant).observe(Double(byteCount))
    }

    /// A profile that is not stored.
    func discarded(_ reason: DiscardReason, byteCount: Int, of groups: [UsageGroup] = [], _ tenant: TenantID)
    {
        let tenant = tenant.description
        self.discardedCounts.with(reason.rawValue, tenant).increment()
        self.discardedByteCounts.with(reason.rawValue, tenant).increment(by: byteCount)
        for group in groups {
            let name = self.groups.bounded(group.name)
            self.discardedGroupByteCounts.with(reason.rawValue, tenant, name).increment(by: byteCount)
        }
    }

    /// Label names that were changed.
    func sanitized(_ count: Int, _ tenant: TenantID) {
        self.sanitizedCounts.with(tenant.description).increment(by: count)
    }

    private static func value(_ name: String, of profile: Candidate) -> String? {
        profile.labels.first { $0.name == name }?.value
    }
}
