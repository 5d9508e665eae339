// SPDX-License-Identifier: Apache-2.0
package import ProfileModel

/// Where the default rules stand relative to a tenant's own.
package enum DefaultRulesPosition: String, Sendable, CaseIterable {
    case first, last, disabled
}

extension RelabelRules {
    /// What every tenant's series go through unless it says otherwise: deltas of Go's godeltaprof are named
    /// as
    /// what they measure, and CPU time that a wall-clock profile brings along is CPU.
    package static let defaults = RelabelRules(required: [
        Self.setting(["__name__"], "godeltaprof_(.*)", "__name_replaced__", "$0"),
        Self.setting(["__name__"], "godeltaprof_(.*)", LabelName.delta, "false"),
        Self.setting(["__name__"], "godeltaprof_(.*)", "__name__", "$1"),
        Self.setting(["__name__", "__type__"], "wall/cpu", "__name_replaced__", "wall", separator: "/"),
        Self.setting(["__name__", "__type__"], "wall/cpu", "__name__", "process_cpu", separator: "/"),
    ])

    /// Whether a default rule may change `labels`: what most profiles are asked, and nothing is allocated.
    package static func defaultsApply(to labels: [Label]) -> Bool {
        guard let name = labels.first(where: { $0.name == LabelName.profileName })?.value else {
            return false
        }
        if name.utf8.starts(with: "godeltaprof_".utf8) { return true }
        return name == "wall" && labels.contains { $0.name == LabelName.type && $0.value == "cpu" }
    }

    private init(required settings: [RelabelSettings]) {
        do throws(RelabelError) {
            var rules: [RelabelRule] = []
            for one in settings { rules.append(try RelabelRule(one)) }
            try self.init(rules)
        } catch {
            preconditionFailure("a rule of this file: \(error)")
        }
    }

    private static func setting(
        _ source: [String],
        _ regex: String,
        _ target: String,
        _ replacement: String,
        separator: String = ";"
    ) -> RelabelSettings {
        var settings = RelabelSettings()
        settings.sourceLabels = source
        settings.separator = separator
        settings.regex = regex
        settings.targetLabel = target
        settings.replacement = replacement
        return settings
    }
}
