// SPDX-License-Identifier: Apache-2.0
internal import ConfigSchema
internal import Exposition
internal import ProfileModel

/// What a process says about its limits, under the names that dashboards know where there are such.
struct LimitsMetrics: Sendable {
    private let lastFile: Gauge?
    private let lastSettings: Gauge
    /// Settings of the catalogue that mean nothing here.
    let ignoredSettings: Gauge

    init(_ registry: MetricRegistry, hasFile: Bool) {
        self.lastFile =
            hasFile
            ? registry.gauge(
                "pyroscope_runtime_config_last_reload_successful",
                help: "Whether the file with limits could be read the last time."
            ) : nil
        self.lastSettings = registry.gauge(
            "hearth_limits_catalog_last_read_successful",
            help: "Whether the catalogue's limits could be read the last time."
        )
        self.ignoredSettings = registry.gauge(
            "hearth_limits_ignored_settings",
            help: "Limits in the catalogue that this version does not understand."
        )
    }

    func fileState(isGood: Bool) { self.lastFile?.set(isGood ? 1 : 0) }

    func settingsState(isGood: Bool) { self.lastSettings.set(isGood ? 1 : 0) }

    /// The numbers among the limits: for everybody, and of tenants that have their own.
    static func collect(_ table: TenantLimitsTable, in registry: MetricRegistry) {
        let defaults = Dictionary(uniqueKeysWithValues: Self.numbers(table.defaults))
        registry.collect { page in
            let name = "pyroscope_limits_defaults"
            page.family(name, type: "gauge", help: "Limits of tenants without their own.")
            for (limit, value) in defaults.sorted(by: { $0.key < $1.key }) {
                page.sample(
                    name,
                    rendered: MetricText.render([("limit_name", limit)]),
                    MetricText.number(value)
                )
            }
            Self.collectOverrides(table, defaults, to: &page)
        }
    }

    private static func collectOverrides(
        _ table: TenantLimitsTable,
        _ defaults: [String: Double],
        to page: inout MetricText
    ) {
        let name = "pyroscope_limits_overrides"
        page.family(name, type: "gauge", help: "Limits of tenants that have their own.")
        for (tenant, limits) in table.overrides.sorted(by: { $0.key < $1.key }).prefix(Self.tenantCountMax) {
            for (limit, value) in Self.numbers(limits) where defaults[limit] != value {
                let labels = [("limit_name", limit), ("tenant", tenant.description)]
                page.sample(name, rendered: MetricText.render(labels), MetricText.number(value))
            }
        }
    }

    /// More tenants with limits of their own would make the page too long.
    private static var tenantCountMax: Int { 1_000 }

    private static func numbers(_ limits: TenantLimits) -> [(String, Double)] {
        limits.entries.compactMap { name, value in
            (Double(value) ?? ByteCountText.parse(value).map(Double.init)).map { (name, $0) }
        }
    }
}
