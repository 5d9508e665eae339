// SPDX-License-Identifier: Apache-2.0
internal import LabelSelector

/// What a rule does (Prometheus' `relabel_config`, spec/ingest 8.7).
package enum RelabelAction: String, Sendable, CaseIterable {
    case replace, keep, drop, hashmod, labelmap, labeldrop, labelkeep, lowercase, uppercase, keepequal,
        dropequal

    /// Whether its pattern is for the names of all labels.
    var looksAtNames: Bool { self == .labelmap || self == .labeldrop || self == .labelkeep }
}

/// A rule as it is written, every field with its default.
package struct RelabelSettings: Sendable, Equatable {
    package var action = RelabelAction.replace
    package var sourceLabels: [String] = []
    package var separator = ";"
    package var regex = "(.*)"
    package var targetLabel = ""
    package var replacement = "$1"
    package var modulus: UInt64 = 0

    /// The defaults.
    package init() {}
}

/// Why a rule was refused; the text is for the person who wrote it.
package struct RelabelError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// A rule that was checked and compiled.
package struct RelabelRule: Sendable, Equatable {
    /// As it was written.
    package let settings: RelabelSettings
    /// Nil stands for `(.*)`, which matches everything.
    let expression: RegularExpression?
    let target: RelabelTemplate
    let replacement: RelabelTemplate
    /// The groups that a replacement needs.
    let groupCount: Int

    /// The longest pattern, in bytes.
    package static let patternByteCountMax = 4_096

    /// Checks `settings` and compiles the pattern.
    package init(_ settings: RelabelSettings) throws(RelabelError) {
        try Self.check(settings)
        guard settings.regex.utf8.count <= Self.patternByteCountMax else {
            let text = "regex of \(settings.regex.utf8.count) bytes; limit \(Self.patternByteCountMax)"
            throw RelabelError(text)
        }
        let isDefault = settings.regex == RelabelSettings().regex
        do throws(PatternError) {
            let compiled = try RegularExpression(settings.regex)
            self.target = RelabelTemplate(settings.targetLabel, of: compiled)
            self.replacement = RelabelTemplate(settings.replacement, of: compiled)
            self.expression = isDefault ? nil : compiled
        } catch {
            throw RelabelError("regex: \(error)")
        }
        self.settings = settings
        self.groupCount = max(1, self.target.groupCount, self.replacement.groupCount)
        guard self.groupCount <= RegularExpression.groupCountMax else {
            throw RelabelError("more than \(RegularExpression.groupCountMax - 1) groups are used")
        }
    }

    /// Rules are what they were written as.
    package static func == (left: RelabelRule, right: RelabelRule) -> Bool { left.settings == right.settings }

    private static func check(_ settings: RelabelSettings) throws(RelabelError) {
        let action = settings.action
        let defaults = RelabelSettings()
        switch action {
        case .replace, .hashmod, .lowercase, .uppercase, .keepequal, .dropequal:
            guard !settings.targetLabel.isEmpty else {
                throw RelabelError("action \(action.rawValue) requires 'target_label'")
            }
        default: break
        }
        switch action {
        case .hashmod where settings.modulus == 0:
            throw RelabelError("action hashmod requires a 'modulus' that is not zero")
        case .lowercase, .uppercase:
            guard settings.replacement == defaults.replacement else {
                throw RelabelError("'replacement' cannot be set for action \(action.rawValue)")
            }
        case .labelmap where settings.replacement.isEmpty:
            throw RelabelError("action labelmap requires a 'replacement' that is not empty")
        case .keepequal, .dropequal:
            let isPlain =
                settings.regex == defaults.regex && settings.modulus == 0
                && settings.separator == defaults.separator && settings.replacement == defaults.replacement
            guard isPlain else {
                throw RelabelError(
                    "action \(action.rawValue) takes 'source_labels' and 'target_label' and no other field"
                )
            }
        case .labeldrop, .labelkeep:
            let isPlain =
                settings.sourceLabels.isEmpty && settings.targetLabel.isEmpty && settings.modulus == 0
                && settings.separator == defaults.separator && settings.replacement == defaults.replacement
            guard isPlain else {
                throw RelabelError("action \(action.rawValue) takes 'regex' and no other field")
            }
        default: break
        }
    }

    /// Whether all of `text` matches.
    func matches(_ text: String) -> Bool { self.expression?.matchesWhole(text) ?? true }

    /// The groups of a match of all of `text`; nil when there is none.
    func captures(_ text: String) -> [Range<Int>?]? {
        guard let expression = self.expression else {
            let whole: Range<Int>? = 0..<text.utf8.count
            return [Range<Int>?](repeating: whole, count: max(2, self.groupCount))
        }
        return expression.captures(in: text, count: self.groupCount)
    }
}
