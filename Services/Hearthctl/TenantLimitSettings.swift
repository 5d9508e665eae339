// SPDX-License-Identifier: Apache-2.0
internal import CatalogStore
internal import ConfigSchema
internal import ProfileModel
internal import ServiceKit

/// The limits of single tenants that the catalogue holds; running servers read them again by themselves.
struct TenantLimitSettings {
    private let config: ControlConfig

    init(_ config: ControlConfig) { self.config = config }

    /// Everything that is set, one limit a line.
    func list(say: (String) -> Void) async throws {
        let settings = try await openCatalog(url: self.config.catalog)
            .settings(prefix: LimitsWatch.settingPrefix)
        for (tenant, limits) in settings.sorted(by: { $0.key < $1.key }) {
            for (key, value) in limits.sorted(by: { $0.key < $1.key }) {
                say("\(tenant) \(key.dropFirst(LimitsWatch.settingPrefix.count)): \(value)")
            }
        }
    }

    /// All limits of a tenant; a star marks those that the catalogue sets.
    func get(_ tenant: String, say: (String) -> Void) async throws {
        let settings = try await openCatalog(url: self.config.catalog).settings(
            tenant: try Self.tenant(tenant)
        )
        var limits = TenantLimits()
        var own: Set<String> = []
        for (key, value) in settings where key.hasPrefix(LimitsWatch.settingPrefix) {
            let name = String(key.dropFirst(LimitsWatch.settingPrefix.count))
            limits = try limits.setting(name, to: value)
            own.insert(name)
        }
        for (name, value) in limits.entries { say("\(own.contains(name) ? "*" : " ") \(name): \(value)") }
    }

    /// Checks and stores one limit.
    func set(_ tenant: String, _ name: String, to value: String, say: (String) -> Void) async throws {
        let json = try TenantLimits.json(name, value)
        try await openCatalog(url: self.config.catalog)
            .set(json, for: LimitsWatch.settingPrefix + name, tenant: try Self.tenant(tenant))
        say("\(tenant) \(name): \(json)")
    }

    /// Removes one limit; its name may be one that this version does not know.
    func unset(_ tenant: String, _ name: String, say: (String) -> Void) async throws {
        let catalog = try await openCatalog(url: self.config.catalog)
        let (id, key) = (try Self.tenant(tenant), LimitsWatch.settingPrefix + name)
        guard try await catalog.settings(tenant: id)[key] != nil else {
            throw ControlError("\(tenant) has no limit \(name) of its own")
        }
        try await catalog.set(nil, for: key, tenant: id)
        say("\(tenant) \(name): not set")
    }

    private static func tenant(_ text: String) throws -> TenantID {
        do {
            return try TenantID(parsing: text)
        } catch {
            throw ControlError("\(text) is no tenant id: \(error)")
        }
    }
}
