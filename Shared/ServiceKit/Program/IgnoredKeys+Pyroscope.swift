// SPDX-License-Identifier: Apache-2.0
package import ConfigSchema

extension IgnoredKeys {
    /// What a Pyroscope command line or file may say and Hearth has no use for; named once in the log.
    ///
    /// Sections that we share are listed flag by flag, so that a slip of the pen is still an error.
    package static let pyroscope = IgnoredKeys(
        flagPrefixes: [
            "adaptive-placement.", "admin-server.", "blocks-storage.", "compaction-worker.", "compactor.",
            "consul.", "distributor.ring.", "embedded-grafana.", "etcd.",
            "ingester.lifecycler.", "memberlist.", "metastore.", "multi.", "overrides-exporter.",
            "querier.frontend-client.", "query-backend.", "query-frontend.", "query-scheduler.",
            "recording-rules.", "runtime-config.http-client", "segment-writer.", "self-profiling.",
            "server.cluster-validation.", "server.grpc", "server.log-", "storage.", "store-gateway.",
            "symbolizer.", "tenant-settings.", "tracing.", "usage-stats.", "valdation.", "write-path",
        ],
        flags: [
            "api.base-url", "architecture.storage", "async-ingest", "config.show_banner",
            "distributor.aggregation-period", "distributor.aggregation-window",
            "distributor.client-cleanup-period", "distributor.excluded-zones",
            "distributor.health-check-ingesters", "distributor.health-check-timeout",
            "distributor.ingestion-tenant-shard-size",
            "distributor.push.max-concurrency", "distributor.push.timeout",
            "distributor.replication-factor", "distributor.sampling.keep-stripped-profiles",
            "distributor.zone-awareness-enabled",
            "enable-query-backend", "enable-query-backend-from", "ingester.availability-zone",
            "ingester.enable-inet6", "ingester.final-sleep", "ingester.heartbeat-period",
            "ingester.heartbeat-timeout", "ingester.join-after", "ingester.max-local-series-per-tenant",
            "ingester.min-ready-duration", "ingester.num-tokens", "ingester.observe-period",
            "ingester.readiness-check-ring-health", "ingester.tokens-file-path",
            "ingester.unregister-on-shutdown", "modules", "pyroscopedb.data-path",
            "pyroscopedb.max-block-duration", "pyroscopedb.retention-policy-disable",
            "pyroscopedb.retention-policy-enforcement-interval",
            "pyroscopedb.retention-policy-min-disk-available-percentage",
            "pyroscopedb.retention-policy-min-free-disk-gb", "pyroscopedb.row-group-target-size",
            "pyroscopedb.symbols-partition-label", "querier.client-cleanup-period",
            "querier.health-check-ingesters", "querier.health-check-timeout", "querier.id",
            "querier.max-concurrent", "querier.max-flamegraph-nodes-on-select-merge-profile",
            "querier.max-query-parallelism", "querier.query-analysis-enabled",
            "querier.query-analysis-series-enabled", "querier.query-store-after",
            "querier.query-tree-enabled", "querier.sanitize-on-merge", "querier.split-queries-by-interval",
            "retention-period", "ring.heartbeat-timeout", "ring.prefix", "ring.store",
            "server.create-new-traces", "server.http-listen-network",
            "server.http-log-closed-connections-without-response-enabled", "server.http-read-timeout",
            "server.http-tls-ca-path", "server.http-tls-cert-path", "server.http-tls-client-auth",
            "server.http-tls-key-path", "server.path-prefix", "server.proxy-protocol-enabled",
            "server.register-instrumentation", "server.report-grpc-codes-in-instrumentation-label-enabled",
            "server.throughput.latency-cutoff", "server.throughput.unit", "server.tls-cipher-suites",
            "server.tls-min-version", "server.trace-request-headers",
            "server.trace-request-headers-exclude-list", "target", "validation.enforce-labels-order",
        ],
        sections: [
            "adaptive_placement", "admin_server", "analytics", "api", "architecture_storage",
            "compaction_worker", "compactor", "distributor.ring", "embedded_grafana", "frontend",
            "frontend_worker", "ingester.lifecycler", "memberlist", "metastore", "overrides_exporter",
            "pyroscopedb", "query_backend", "query_scheduler", "segment_writer",
            "self_profiling", "server.tracing", "show_banner", "storage", "store_gateway", "symbolizer",
            "tenant_settings", "tracing", "write_path",
        ]
    )
}
