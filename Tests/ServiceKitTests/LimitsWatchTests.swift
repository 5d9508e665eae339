// SPDX-License-Identifier: Apache-2.0
import ConfigSchema
import EventLog
import Exposition
import HTTPServer
import ProfileModel
import Relabeling
import ServiceKit
import Synchronization
import Testing

/// A file and a catalogue that a test writes to.
final class LimitSources: Sendable {
    struct Away: Error {}

    let file: Mutex<String>
    /// Nil while the catalogue is away.
    let settings = Mutex<[TenantID: [String: String]]?>([:])

    init(_ file: String) { self.file = Mutex(file) }

    func write(_ text: String) { self.file.withLock { $0 = text } }

    func set(_ settings: [TenantID: [String: String]]?) { self.settings.withLock { $0 = settings } }
}

/// A watch over such sources.
struct WatchedLimits {
    let sources: LimitSources
    let log = RecordingSink()
    let registry = MetricRegistry()
    let table: TenantLimitsTable
    let watch: LimitsWatch

    init(_ file: String = "", defaults: TenantLimits = TenantLimits()) {
        let sources = LimitSources(file)
        self.sources = sources
        self.table = TenantLimitsTable(defaults)
        var config = LimitsConfig()
        config.file = "overrides.yaml"
        self.watch = LimitsWatch(
            self.table,
            config,
            readFile: { (_, _) in Array(sources.file.withLock { $0 }.utf8) },
            readSettings: {
                guard let settings = sources.settings.withLock({ $0 }) else { throw LimitSources.Away() }
                return settings
            },
            registry: self.registry,
            logger: EventLog(sink: self.log).logger("limits")
        )
    }

    func limits(_ tenant: String) throws -> TenantLimits {
        self.table.limits(of: try TenantID(parsing: tenant))
    }
}

@Suite struct LimitsWatchTests {
    @Test func readsLimitsOfTenantsFromTheFile() async throws {
        var defaults = TenantLimits()
        defaults.labelCountMax = 7
        let limits = WatchedLimits(
            """
            overrides: {a: {ingestion_rate_mb: 3, reject_older_than: 2h}, b: {max_profile_size_bytes: 1MiB}}
            """,
            defaults: defaults
        )
        try await limits.watch.start()
        #expect(try limits.limits("a").ingestionRateMiB == 3)
        #expect(try limits.limits("a").rejectOlderThan == .seconds(7_200))
        #expect(try limits.limits("a").labelCountMax == 7)
        #expect(try limits.limits("b").profileByteCountMax == 1 << 20)
        #expect(try limits.limits("c") == defaults)
    }

    @Test func takesUpWhatChangesWhileRunning() async throws {
        let limits = WatchedLimits("overrides: {a: {ingestion_rate_mb: 3}}")
        try await limits.watch.start()
        limits.sources.write("overrides: {b: {ingestion_rate_mb: 4}}")
        await limits.watch.reload()
        #expect(try limits.limits("a") == TenantLimits())
        #expect(try limits.limits("b").ingestionRateMiB == 4)
    }

    @Test func aBrokenFileKeepsWhatWasAndShows() async throws {
        let limits = WatchedLimits("overrides: {a: {ingestion_rate_mb: 3}}")
        try await limits.watch.start()
        let good = "pyroscope_runtime_config_last_reload_successful 1"
        #expect(limits.registry.render().contains(good))
        for broken in [
            "overrides: {a: {ingestion_rat_mb: 3}}", "overrides: {a: {ingestion_rate_mb: lots}}",
            "overrides: [",
            "overides: {}", "overrides: {'..': {}}", "overrides: {a: 7}",
            "overrides: {a: {ingestion_relabeling_rules: [{action: fly}]}}",
            "overrides: {a: {distributor_usage_groups: {other: '{}'}}}",
        ] {
            limits.sources.write(broken)
            await limits.watch.reload()
            #expect(try limits.limits("a").ingestionRateMiB == 3)
            let bad = "pyroscope_runtime_config_last_reload_successful 0"
            #expect(limits.registry.render().contains(bad), "\(broken)")
        }
        #expect(
            limits.log.lines.contains { $0.contains("ingestion_rat_mb; did you mean ingestion_rate_mb?") }
        )
        limits.sources.write("overrides: {a: {ingestion_rate_mb: 5}}")
        await limits.watch.reload()
        #expect(limits.registry.render().contains(good))
        #expect(try limits.limits("a").ingestionRateMiB == 5)
    }

    @Test func aProcessDoesNotStartWithABrokenFile() async {
        let limits = WatchedLimits("overrides: {a: {no_such_limit: 3}}")
        await #expect(throws: ConfigError.self) { try await limits.watch.start() }
    }

    @Test func theCatalogueWinsOverTheFile() async throws {
        let tenant = try TenantID(parsing: "a")
        let limits = WatchedLimits("overrides: {a: {ingestion_rate_mb: 3, ingestion_burst_size_mb: 9}}")
        try await limits.watch.start()
        limits.sources.set([tenant: ["limits.ingestion_rate_mb": "5"]])
        await limits.watch.reload()
        #expect(try limits.limits("a").ingestionRateMiB == 5)
        #expect(try limits.limits("a").ingestionBurstMiB == 9)
        limits.sources.set(nil)
        await limits.watch.reload()
        #expect(try limits.limits("a").ingestionRateMiB == 5)  // away: what was known stays
        #expect(limits.registry.render().contains("hearth_limits_catalog_last_read_successful 0"))
        limits.sources.set([:])
        await limits.watch.reload()
        #expect(try limits.limits("a").ingestionRateMiB == 3)
    }

    @Test func aSettingThatMeansNothingIsLeftOutAlone() async throws {
        let tenant = try TenantID(parsing: "a")
        let limits = WatchedLimits()
        limits.sources.set([tenant: ["limits.from_the_future": "1", "limits.ingestion_rate_mb": "5"]])
        try await limits.watch.start()
        #expect(try limits.limits("a").ingestionRateMiB == 5)
        #expect(limits.registry.render().contains("hearth_limits_ignored_settings 1"))
        #expect(limits.log.lines.contains { $0.contains("from_the_future") })
    }

    @Test func limitsOfPyroscopeWithoutMeaningHereAreTaken() async throws {
        let limits = WatchedLimits("overrides: {a: {push_max_concurrency: 9, write_path: ingester}}")
        try await limits.watch.start()
        #expect(try limits.limits("a") == TenantLimits())
        #expect(throws: ConfigError.self) { try TenantLimits.json("push_max_concurrency", "9") }
    }

    @Test func structuresAreReadAndWrittenBack() async throws {
        let limits = WatchedLimits(
            """
            overrides:
              a:
                ingestion_relabeling_rules:
                  - {source_labels: [a, b], regex: "x(.*)", target_label: c, replacement: "${1}\\n"}
                  - {action: hashmod, source_labels: [a], target_label: m, modulus: 8}
                ingestion_relabeling_default_rules_position: last
                sample_type_relabeling_rules: [{action: drop, source_labels: [__type__], regex: cpu}]
                distributor_usage_groups: {web: '{service_name=~"web.*"}', 'team/${labels.team}': '{}'}
                distributor_sampling: {usage_groups: {web: {probability: 0.25}}}
                ingestion_limit:
                  {period_type: hour, period_limit_mb: 128, limit_reset_time: 1795521615, limit_reached: true,
                   sampling: {num_requests: 3, period: 1m}, usage_groups: {web: {limit_reached: true}}}
            """
        )
        try await limits.watch.start()
        let read = try limits.limits("a")
        #expect(read.relabelRules.rules.count == 2)
        #expect(read.defaultRulesPosition == .last)
        #expect(read.ingestionLimit?.samplingPeriod == .seconds(60))
        var again = TenantLimits()
        for (name, value) in read.entries { again = try again.setting(name, to: value) }
        #expect(again == read)
        let json = try TenantLimits.json("distributor_sampling", "usage_groups: {web: {probability: 0.25}}")
        #expect(json == #"{"usage_groups":{"web":{"probability":0.25}}}"#)
    }

    @Test func showsLimitsInRoutesAndMetrics() async throws {
        let limits = WatchedLimits("overrides: {anonymous: {ingestion_rate_mb: 3}}")
        try await limits.watch.start()
        let routes = LimitsRoutes(limits.table, tenancy: Tenancy()).routes
        let table = RouteTable(routes: routes, registry: MetricRegistry(), logger: .silent)
        let own = await table.respond(to: RouteTableTests.request("GET", "/api/v1/tenant_limits"))
        #expect(RouteTableTests.text(own).contains(#""ingestion_rate_mb":3,"#))
        #expect(RouteTableTests.text(own).contains(#""reject_older_than":"1d""#))
        let all = await table.respond(to: RouteTableTests.request("GET", "/runtime_config"))
        #expect(RouteTableTests.text(all) == "overrides:\n  \"anonymous\":\n    ingestion_rate_mb: 3\n")
        let metrics = limits.registry.render()
        #expect(metrics.contains(#"pyroscope_limits_defaults{limit_name="ingestion_rate_mb"} 16"#))
        let override = #"pyroscope_limits_overrides{limit_name="ingestion_rate_mb",tenant="anonymous"} 3"#
        #expect(metrics.contains(override))
    }

    @Test func usageGroupsFillInLabels() throws {
        let groups = try TenantLimits().setting(
            "distributor_usage_groups",
            to: #"{web: '{service_name=~"web.*"}', "team/${labels.team}": '{team!=""}'}"#
        ).usageGroups
        let web = [Label("service_name", "web-1"), Label("team", "core")]
        #expect(groups.groups(of: web).map(\.name) == ["team/core", "web"])
        #expect(groups.groups(of: [Label("service_name", "db")]) == [.other])
        #expect(UsageGroups().groups(of: web).isEmpty)
        let fifty = (0...UsageGroups.countMax).map { "g\($0): '{}'" }.joined(separator: ", ")
        #expect(throws: ConfigError.self) {
            try TenantLimits().setting("distributor_usage_groups", to: "{\(fifty)}")
        }
    }
}
