// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
package import ProfileModel

/// Labels that grew or came larger than rules may work on.
package struct RelabelOverflow: Error, Equatable {
    /// The bytes of all names and values together that were allowed.
    package let byteCountMax: Int
}

/// Rules in the order in which they are applied.
package struct RelabelRules: Sendable, Equatable {
    /// The rules.
    package let rules: [RelabelRule]

    /// The most rules of one list.
    package static let countMax = 128
    /// The most bytes that names and values of a series may have together while rules work on them: with
    /// RE2's
    /// linear time and the number of rules it bounds what a tenant's rules can cost.
    package static let labelsByteCountMax = 64 << 10

    /// No rules.
    package static let none = RelabelRules(unchecked: [])

    private init(unchecked rules: [RelabelRule]) { self.rules = rules }

    /// At most `countMax` rules.
    package init(_ rules: [RelabelRule]) throws(RelabelError) {
        guard rules.count <= Self.countMax else {
            throw RelabelError("\(rules.count) relabeling rules; limit \(Self.countMax)")
        }
        self.rules = rules
    }

    /// Whether there is nothing to do.
    package var isEmpty: Bool { self.rules.isEmpty }

    /// What a run of a rule costs, in itself and for each byte that its pattern looks at.
    ///
    /// An automaton that remembers groups does some four bytes in the time of a run's overhead.
    private static let runCost = 64
    private static let byteCost = 16

    /// Changes `labels`; false when a rule dropped the series.
    package func apply(to labels: inout [Label]) throws(RelabelOverflow) -> Bool {
        var cost = 0
        return try self.apply(to: &labels, cost: &cost)
    }

    /// Changes `labels`; false when a rule dropped the series.
    ///
    /// Adds to `cost` what that took, most of all for the bytes that patterns looked at.
    package func apply(to labels: inout [Label], cost: inout Int) throws(RelabelOverflow) -> Bool {
        guard !self.isEmpty else { return true }
        var draft = LabelDraft(labels)
        for rule in self.rules {
            try draft.checkSize(Self.labelsByteCountMax)
            let subject = draft.joined(rule.settings)
            let names = rule.settings.action.looksAtNames ? draft.nameByteCount : 0
            cost += Self.runCost + Self.byteCost * (subject.utf8.count + names)
            guard try Self.apply(rule, to: &draft, subject) else { return false }
        }
        labels = draft.labels
        return true
    }

    private static func apply(
        _ rule: RelabelRule,
        to draft: inout LabelDraft,
        _ subject: String
    ) throws(RelabelOverflow) -> Bool {
        let settings = rule.settings
        switch settings.action {
        case .keep: return rule.matches(subject)
        case .drop: return !rule.matches(subject)
        case .keepequal: return draft[settings.targetLabel] == subject
        case .dropequal: return draft[settings.targetLabel] != subject
        case .replace: try Self.replace(rule, in: &draft, subject)
        case .lowercase: draft[settings.targetLabel] = subject.lowercased()
        case .uppercase: draft[settings.targetLabel] = subject.uppercased()
        case .hashmod:
            let hash = MD5.hash(Array(subject.utf8))
            // The last eight bytes, most significant first, as Prometheus has it.
            let number = hash[8...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            draft[settings.targetLabel] = String(number % settings.modulus)
        case .labeldrop: draft.remove { rule.matches($0) }
        case .labelkeep: draft.remove { !rule.matches($0) }
        case .labelmap:
            for label in draft.labels {
                guard let groups = rule.captures(label.name) else { continue }
                let name = try Self.expanded(rule.replacement, label.name, groups)
                if !name.isEmpty { draft[name] = label.value }
            }
        }
        return true
    }

    private static func replace(
        _ rule: RelabelRule,
        in draft: inout LabelDraft,
        _ subject: String
    ) throws(RelabelOverflow) {
        guard let groups = rule.captures(subject) else { return }
        let name = try Self.expanded(rule.target, subject, groups)
        guard !name.isEmpty else { return }
        draft[name] = try Self.expanded(rule.replacement, subject, groups)
    }

    private static func expanded(
        _ template: RelabelTemplate,
        _ subject: String,
        _ groups: [Range<Int>?]
    ) throws(RelabelOverflow) -> String {
        let limit = Self.labelsByteCountMax
        guard let text = template.expanded(subject, groups, byteCountMax: limit) else {
            throw RelabelOverflow(byteCountMax: limit)
        }
        return text
    }
}

/// Labels while rules work on them; an absent one reads as the empty text, and setting that removes it.
struct LabelDraft {
    private(set) var labels: [Label]

    init(_ labels: [Label]) { self.labels = labels }

    subscript(_ name: String) -> String {
        get {
            for label in self.labels where label.name == name { return label.value }
            return ""
        }
        set {
            let place = self.labels.firstIndex { $0.name == name }
            switch (place, newValue.isEmpty) {
            case (let place?, false): self.labels[place] = Label(name, newValue)
            case (_?, true): self.labels.removeAll { $0.name == name }
            case (nil, false): self.labels.append(Label(name, newValue))
            case (nil, true): break
            }
        }
    }

    /// The values of the rule's source labels, with its separator between.
    func joined(_ settings: RelabelSettings) -> String {
        guard let first = settings.sourceLabels.first else { return "" }
        guard settings.sourceLabels.count > 1 else { return self[first] }
        return settings.sourceLabels.map { self[$0] }.joined(separator: settings.separator)
    }

    mutating func remove(_ isGone: (String) -> Bool) { self.labels.removeAll { isGone($0.name) } }

    /// The bytes of all names.
    var nameByteCount: Int { self.labels.reduce(0) { $0 + $1.name.utf8.count } }

    func checkSize(_ byteCountMax: Int) throws(RelabelOverflow) {
        var byteCount = 0
        for label in self.labels {
            byteCount += label.name.utf8.count + label.value.utf8.count
            guard byteCount <= byteCountMax else { throw RelabelOverflow(byteCountMax: byteCountMax) }
        }
    }
}
