// SPDX-License-Identifier: Apache-2.0
internal import ConfigSchema
internal import ProfileModel
internal import Relabeling

extension TenantLimits {
    /// The keys that say what becomes of a tenant's labels and profiles.
    static let shapingSchema = Schema<TenantLimits>(
        section: "",
        [
            .tree(
                "distributor.ingestion-relabeling-rules",
                \.relabelRules,
                allowed: "a list of Prometheus relabel rules",
                "Rules that change, keep or drop series before their labels are checked.",
                read: { (node) throws(TreeError) in try RelabelRules(reading: node) },
                show: \.text
            ).yaml("limits.ingestion_relabeling_rules").advanced(),
            .choice(
                "distributor.ingestion-relabeling-default-rules-position",
                \.defaultRulesPosition,
                "Where the default rules stand relative to a tenant's own."
            ).yaml("limits.ingestion_relabeling_default_rules_position").advanced(),
            .tree(
                "distributor.sample-type-relabeling-rules",
                \.sampleTypeRules,
                allowed: "a list of Prometheus relabel rules",
                "Rules that keep or drop single sample types, by __type__, __unit__ and the series' labels.",
                read: { (node) throws(TreeError) in try RelabelRules(reading: node) },
                show: \.text
            ).yaml("limits.sample_type_relabeling_rules").advanced(),
            .tree(
                "distributor.usage-groups",
                \.usageGroups,
                allowed: "a section of name: '{selector}'",
                "Groups of series that are counted, limited and sampled together.",
                read: { (node) throws(TreeError) in try UsageGroups(reading: node) },
                show: \.text
            ).yaml("limits.distributor_usage_groups").advanced(),
            .tree(
                "distributor.ingestion-limit",
                \.ingestionLimit,
                allowed: "a section with period_type, period_limit_mb, limit_reached and others",
                "A quota that a controller watches: whether it is reached, and what passes then.",
                read: { (node) throws(TreeError) in try IngestionLimit.reading(node) },
                show: { $0?.text ?? "" }
            ).yaml("limits.ingestion_limit").advanced(),
            .tree(
                "distributor.sampling",
                \.sampling,
                allowed: "a section with usage_groups: {name: {probability: 0..1}}",
                "The share of a usage group's profiles that is kept.",
                read: { (node) throws(TreeError) in try ProfileSampling(reading: node) },
                show: \.text
            ).yaml("limits.distributor_sampling").advanced(),
            .duration(
                "distributor.ingestion-artificial-delay",
                \.artificialDelay,
                in: .zero ... .seconds(60),
                "Time that a successful write takes at least; 0 adds nothing."
            ).yaml("limits.ingestion_artificial_delay").advanced(),
            .int(
                "distributor.max-inflight-pushes",
                \.inflightPushCountMax,
                in: 0...1_000_000,
                "Writes of one tenant under way at a time; above it the answer is 429. 0 means no limit."
            ).yaml("limits.max_inflight_pushes").advanced(),
            .int(
                "validation.max-sessions-per-series",
                \.sessionCountMax,
                in: 0...1_000_000,
                "Values of __session_id__ that a series may have; 0 removes the label."
            ).yaml("limits.max_sessions_per_series").advanced(),
            .bool(
                "validation.disable-label-sanitization",
                \.keepsLabelNames,
                "Take any UTF-8 label name as it is; false allows letters, digits, _ and turns dots into _."
            ).yaml("limits.disable_label_sanitization").advanced(),
            .bool(
                "validation.keep-function-names",
                \.keepsFunctionNames,
                "Keep function names of scripting profilers' uploads; false puts the file before them."
            ).yaml("limits.keep_function_names").advanced(),
        ]
    )

    /// Limits of Pyroscope that overrides may set and that mean nothing here.
    static let ignoredNames: Set<String> = [
        "adaptive_placement_daily_limit", "async_ingest", "compactor_blocks_retention_period",
        "compactor_downsampler_enabled", "compactor_partial_block_deletion_delay",
        "compactor_split_and_merge_shards", "compactor_split_and_merge_stage_size", "compactor_split_groups",
        "distributor_aggregation_period", "distributor_aggregation_window", "enforce_labels_order",
        "ingestion_tenant_shard_size", "keep_stripped_profiles",
        "max_flamegraph_nodes_on_select_merge_profile",
        "max_local_series_per_tenant", "max_queriers_per_tenant", "max_query_parallelism",
        "push_max_concurrency", "query_analysis_enabled", "query_analysis_series_enabled",
        "query_sanitize_on_merge", "query_tree_enabled", "recording_rules", "retention_period",
        "split_queries_by_interval", "store_gateway_tenant_shard_size", "symbolizer", "write_path",
        "write_path_compression", "write_path_ingester_weight", "write_path_segment_writer_timeout",
        "write_path_segment_writer_weight",
    ]
}
