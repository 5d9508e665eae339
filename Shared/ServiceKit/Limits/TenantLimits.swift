// SPDX-License-Identifier: Apache-2.0
package import ConfigSchema
package import Relabeling

/// What one tenant may do (design D11).
package struct TenantLimits: Sendable, Equatable {
    // What comes in
    package var ingestionRateMiB = 16.0
    package var ingestionBurstMiB = 64.0
    package var bodyLimitMiB = 32.0
    package var inflatedBodyByteCountMax = 64 << 20
    package var profileByteCountMax = 16 << 20
    package var sampleCountMax = 64_000
    package var sampleLabelCountMax = 100
    package var stackDepthMax = 1_024
    package var symbolByteCountMax = 65_535
    package var labelCountMax = 30
    package var labelNameByteCountMax = 1_024
    package var labelValueByteCountMax = 2_048
    package var seriesCountMax = 200_000
    package var seriesPerPushCountMax = 4_096
    package var rejectOlderThan = Duration.seconds(24 * 3_600)
    package var rejectNewerThan = Duration.seconds(600)
    package var inflightPushCountMax = 0
    // What becomes of it
    package var relabelRules = RelabelRules.none
    package var defaultRulesPosition = DefaultRulesPosition.first
    package var sampleTypeRules = RelabelRules.none
    package var usageGroups = UsageGroups()
    package var ingestionLimit: IngestionLimit?
    package var sampling = ProfileSampling()
    package var artificialDelay = Duration.zero
    package var sessionCountMax = 0
    /// Whether label names are taken as they are; otherwise dots become underscores and other characters are
    /// refused.
    package var keepsLabelNames = true
    /// Whether functions of scripting profilers' uploads keep their names; false puts their file before them.
    package var keepsFunctionNames = false
    // What goes out
    package var queryLengthMax = Duration.seconds(31 * 86_400)
    package var queryLookbackMax = Duration.zero
    package var flameGraphNodeCountDefault = 8_192
    package var flameGraphNodeCountMax = 1_048_576
    /// Queries under way at a time; 0 means no limit.
    package var queryConcurrencyMax = 64

    /// The shipped limits.
    package init() {}

    /// Bytes of a request body on the wire; nil means no limit.
    package var bodyByteCountMax: Int? {
        self.bodyLimitMiB > 0 ? Int(self.bodyLimitMiB * Double(1 << 20)) : nil
    }

    /// The keys, by Pyroscope's names where it has them.
    package static let schema = Schema<TenantLimits>([
        Self.ingestSchema, Self.sizeSchema, Self.shapingSchema, Self.querySchema,
    ])

    private static let ingestSchema = Schema<TenantLimits>(
        section: "",
        [
            .double(
                "distributor.ingestion-rate-limit-mb",
                \.ingestionRateMiB,
                in: 0...1_000_000,
                "MiB per second that a tenant may send, uncompressed; 0 means no limit."
            ).yaml("limits.ingestion_rate_mb"),
            .double(
                "distributor.ingestion-burst-size-mb",
                \.ingestionBurstMiB,
                in: 0...1_000_000,
                "MiB that a tenant may send at once; must exceed the largest profile."
            ).yaml("limits.ingestion_burst_size_mb"),
            .double(
                "distributor.ingestion-body-limit-mb",
                \.bodyLimitMiB,
                in: 0...4_096,
                "Largest request body in MiB, as received; 0 means no limit."
            ).yaml("limits.ingestion_body_limit_mb"),
            .byteCount(
                "distributor.inflated-body-limit",
                \.inflatedBodyByteCountMax,
                in: 1 << 10...1 << 32,
                "Largest request body after decompression."
            ).yaml("limits.inflated_body_limit").advanced(),
            .int(
                "ingester.max-global-series-per-tenant",
                \.seriesCountMax,
                in: 0...100_000_000,
                "Active series of a tenant; 0 means no limit."
            ).yaml("limits.max_global_series_per_tenant"),
            .int(
                "distributor.max-series-per-push",
                \.seriesPerPushCountMax,
                in: 1...1_000_000,
                "Series in one push."
            ).yaml("limits.max_series_per_push").advanced(),
            .duration(
                "validation.reject-older-than",
                \.rejectOlderThan,
                in: .zero ... .seconds(3_650 * 86_400),
                "Oldest profile that is taken; 0 means no limit."
            ).yaml("limits.reject_older_than"),
            .duration(
                "validation.reject-newer-than",
                \.rejectNewerThan,
                in: .zero ... .seconds(3_650 * 86_400),
                "How far in the future a profile may lie; 0 means no limit."
            ).yaml("limits.reject_newer_than"),
        ]
    )

    private static let sizeSchema = Schema<TenantLimits>(
        section: "",
        [
            .byteCount(
                "validation.max-profile-size-bytes",
                \.profileByteCountMax,
                in: 0...1 << 30,
                "Largest profile, uncompressed; 0 means no limit of its own."
            ).yaml("limits.max_profile_size_bytes"),
            .int(
                "validation.max-profile-stacktrace-samples",
                \.sampleCountMax,
                in: 0...10_000_000,
                "Samples in one profile; 0 means no limit."
            ).yaml("limits.max_profile_stacktrace_samples"),
            .int(
                "validation.max-profile-stacktrace-sample-labels",
                \.sampleLabelCountMax,
                in: 0...10_000,
                "Labels of one sample; 0 means no limit."
            ).yaml("limits.max_profile_stacktrace_sample_labels"),
            .int(
                "validation.max-profile-stacktrace-depth",
                \.stackDepthMax,
                in: 0...1_000_000,
                "Frames of one stack; deeper ones are cut at the root. 0 means no limit."
            ).yaml("limits.max_profile_stacktrace_depth"),
            .int(
                "validation.max-profile-symbol-value-length",
                \.symbolByteCountMax,
                in: 0...1 << 20,
                "Bytes of a name in a profile; longer ones are cut. 0 means no limit."
            ).yaml("limits.max_profile_symbol_value_length"),
            .int(
                "validation.max-label-names-per-series",
                \.labelCountMax,
                in: 1...1_000,
                "Labels of one series."
            ).yaml("limits.max_label_names_per_series"),
            .int(
                "validation.max-length-label-name",
                \.labelNameByteCountMax,
                in: 1...65_535,
                "Bytes of a label name."
            ).yaml("limits.max_label_name_length"),
            .int(
                "validation.max-length-label-value",
                \.labelValueByteCountMax,
                in: 1...65_535,
                "Bytes of a label value."
            ).yaml("limits.max_label_value_length"),
        ]
    )

    private static let querySchema = Schema<TenantLimits>(
        section: "",
        [
            .duration(
                "querier.max-query-length",
                \.queryLengthMax,
                in: .zero ... .seconds(3_650 * 86_400),
                "Longest time range of a query; 0 means no limit."
            ).yaml("limits.max_query_length"),
            .duration(
                "querier.max-query-lookback",
                \.queryLookbackMax,
                in: .zero ... .seconds(3_650 * 86_400),
                "How far back a query may look; 0 means no limit."
            ).yaml("limits.max_query_lookback"),
            .int(
                "querier.max-flamegraph-nodes-default",
                \.flameGraphNodeCountDefault,
                in: 1...1_048_576,
                "Nodes of a flame graph when the query does not say."
            ).yaml("limits.max_flamegraph_nodes_default"),
            .int(
                "querier.max-flamegraph-nodes-max",
                \.flameGraphNodeCountMax,
                in: 1...16_777_216,
                "Nodes of a flame graph that a query may ask for."
            ).yaml("limits.max_flamegraph_nodes_max"),
            .int(
                "querier.max-concurrent-queries",
                \.queryConcurrencyMax,
                in: 0...1_000_000,
                "Queries of one tenant under way at a time; above it the answer is 429. 0 means no limit."
            ).yaml("limits.max_concurrent_queries"),
        ]
    )
}
