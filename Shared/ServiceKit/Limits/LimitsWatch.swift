// SPDX-License-Identifier: Apache-2.0
package import CatalogStore
internal import ConfigSchema
package import EventLog
package import Exposition
package import ProfileModel
internal import Synchronization

/// Keeps the limits of single tenants up to date: from a file and from the catalogue, without a restart.
///
/// What the catalogue says wins over the file, that over the process's own limits. A file that cannot be read
/// changes nothing, but the process does not start with one. A catalogue that is away changes nothing either;
/// a setting in it that means nothing is left out alone.
package final class LimitsWatch: Service {
    /// Reads a file of at most so many bytes.
    package typealias ReadFile = @Sendable (String, Int) throws -> [UInt8]
    /// The settings of all tenants: JSON text by key.
    package typealias ReadSettings = @Sendable () async throws -> [TenantID: [String: String]]

    /// What the keys of limits begin with in the catalogue.
    package static let settingPrefix = "limits."
    private static let fileByteCountMax = 1 << 20

    private struct State {
        var text: [UInt8]?
        var document = LimitsDocument()
        var settings: [TenantID: [String: String]] = [:]
    }

    private let table: TenantLimitsTable
    private let config: LimitsConfig
    private let readFile: ReadFile
    private let readSettings: ReadSettings?
    private let metrics: LimitsMetrics
    private let logger: Logger
    private let state = Mutex(State())

    /// A watch over `config.file`, unless that is empty, and over what `readSettings` gives.
    package init(
        _ table: TenantLimitsTable,
        _ config: LimitsConfig,
        readFile: @escaping ReadFile = ConfigFile.read,
        readSettings: ReadSettings?,
        registry: MetricRegistry,
        logger: Logger
    ) {
        self.table = table
        self.config = config
        self.readFile = readFile
        self.readSettings = readSettings
        self.metrics = LimitsMetrics(registry, hasFile: !config.file.isEmpty)
        self.logger = logger
        LimitsMetrics.collect(table, in: registry)
    }

    /// A watch that reads settings from `catalog`.
    package convenience init(
        _ table: TenantLimitsTable,
        _ config: LimitsConfig,
        catalog: any Catalog,
        registry: MetricRegistry,
        logger: Logger
    ) {
        self.init(
            table,
            config,
            readSettings: { try await catalog.settings(prefix: Self.settingPrefix) },
            registry: registry,
            logger: logger
        )
    }

    /// Reads both once; fails when the file is broken.
    package func start() async throws {
        try self.loadFile()
        await self.loadSettings()
    }

    /// Looks at both again and again.
    package func run(until stop: StopSignal) async throws {
        let clock = ContinuousClock()
        while !stop.hasFired {
            await stop.wait(until: clock.now.advanced(by: self.config.reloadPeriod), on: clock)
            if !stop.hasFired { await self.reload() }
        }
    }

    /// Looks at both once; what cannot be read changes nothing.
    package func reload() async {
        do {
            try self.loadFile()
        } catch {
            self.metrics.fileState(isGood: false)
            self.logger.error("the file with limits is broken, the old ones stay", ["error": .error(error)])
        }
        await self.loadSettings()
    }

    private func loadFile() throws {
        guard !self.config.file.isEmpty else { return }
        let text = try self.readFile(self.config.file, Self.fileByteCountMax)
        if self.state.withLock({ $0.text == text }) {
            self.metrics.fileState(isGood: true)
            return
        }
        let document = try LimitsDocument(reading: text, of: self.config.file, defaults: self.table.defaults)
        let isFirst = self.state.withLock { state in
            defer { (state.text, state.document) = (text, document) }
            return state.text == nil
        }
        self.metrics.fileState(isGood: true)
        self.publish()
        if !isFirst {
            self.logger.info("limits were read again", ["tenants": .int(document.tenants.count)])
        }
    }

    private func loadSettings() async {
        guard let readSettings = self.readSettings else { return }
        do {
            let settings = try await readSettings()
            self.metrics.settingsState(isGood: true)
            let isNew = self.state.withLock { state in
                defer { state.settings = settings }
                return state.settings != settings
            }
            if isNew { self.publish() }
        } catch {
            self.metrics.settingsState(isGood: false)
            self.logger.warn(
                "limits of the catalogue cannot be read, the old ones stay",
                ["error": .error(error)]
            )
        }
    }

    /// Puts what is known now into the table.
    private func publish() {
        let (document, settings) = self.state.withLock { ($0.document, $0.settings) }
        let defaults = self.table.defaults
        var overrides: [TenantID: TenantLimits] = [:]
        var ignoredCount = 0
        for tenant in Set(document.tenants.keys).union(settings.keys) {
            var limits = document.tenants[tenant] ?? defaults
            for (key, json) in settings[tenant, default: [:]].sorted(by: { $0.key < $1.key }) {
                do throws(ConfigError) {
                    limits = try limits.setting(String(key.dropFirst(Self.settingPrefix.count)), to: json)
                } catch {
                    ignoredCount += 1
                    self.logger.warn(
                        "a limit in the catalogue means nothing here",
                        ["tenant": .string(tenant.description), "error": .error(error)]
                    )
                }
            }
            overrides[tenant] = limits
        }
        self.metrics.ignoredSettings.set(ignoredCount)
        self.table.replace(overrides: overrides)
    }
}
