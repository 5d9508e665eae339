// SPDX-License-Identifier: Apache-2.0
package import ConfigSchema
internal import ProfileModel

/// Limits of single tenants as they are written: `overrides: {tenant: {key: value}}`.
struct LimitsDocument {
    /// The limits of each tenant: the defaults with its own laid over them.
    var tenants: [TenantID: TenantLimits] = [:]

    static let section = "limits"

    init() {}

    /// Reads the text of a file; every tenant's keys are checked against `defaults`.
    init(reading text: [UInt8], of file: String, defaults: TenantLimits) throws(ConfigError) {
        let root: YAMLNode
        do throws(YAMLError) {
            root = try YAMLNode.parse(text)
        } catch {
            throw .malformed(source: Self.place(error.mark, file), reason: error.reason)
        }
        for (name, value) in try Self.entries(root, file) {
            guard name == "overrides" else {
                throw .unknown(source: Self.place(root.mark, file), key: name, suggestion: "overrides")
            }
            for (id, limits) in try Self.entries(value, file) {
                guard let tenant = Self.tenant(id) else {
                    throw .malformed(source: Self.place(limits.mark, file), reason: "\(id) is no tenant id")
                }
                self.tenants[tenant] = try defaults.overlaid(with: limits, of: file)
            }
        }
    }

    private static func tenant(_ id: String) -> TenantID? {
        do {
            return try TenantID(parsing: id)
        } catch {
            return nil
        }
    }

    private static func entries(
        _ node: YAMLNode,
        _ file: String
    ) throws(ConfigError) -> [(name: String, value: YAMLNode)] {
        do throws(TreeError) {
            return try node.entries("this")
        } catch {
            throw .malformed(source: Self.place(node.mark, file), reason: error.description)
        }
    }

    private static func place(_ mark: YAMLMark, _ file: String) -> ConfigSource {
        .file(path: file, line: mark.line, column: mark.column)
    }
}

extension TenantLimits {
    /// These limits with those of one mapping laid over them.
    ///
    /// Names in `ignored` are left out, other unknown ones are an error.
    func overlaid(
        with node: YAMLNode,
        of file: String,
        ignoring ignored: Set<String> = Self.ignoredNames
    ) throws(ConfigError) -> TenantLimits {
        try Self.schema.overlay(
            node,
            section: LimitsDocument.section,
            onto: self,
            of: file,
            ignoring: ignored
        )
    }

    /// These limits with one more set: YAML or JSON text under the key's name.
    package func setting(_ name: String, to text: String) throws(ConfigError) -> TenantLimits {
        try self.overlaid(with: .mapping(name, try Self.value(name, text)), of: name)
    }

    /// The JSON that the catalogue keeps for a limit given as YAML or JSON text.
    package static func json(_ name: String, _ text: String) throws(ConfigError) -> String {
        let value = try Self.value(name, text)
        _ = try TenantLimits().overlaid(with: .mapping(name, value), of: name, ignoring: [])
        return value.json
    }

    private static func value(_ name: String, _ text: String) throws(ConfigError) -> YAMLNode {
        do throws(YAMLError) {
            return try YAMLNode.parse(Array(text.utf8))
        } catch {
            let source = ConfigSource.file(path: name, line: error.mark.line, column: error.mark.column)
            throw .malformed(source: source, reason: error.reason)
        }
    }

    /// Every limit by its name, as it is set.
    package var entries: [(name: String, value: String)] {
        Self.schema.entries(section: LimitsDocument.section, of: self)
    }
}
