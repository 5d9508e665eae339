// SPDX-License-Identifier: Apache-2.0
internal import ConfigSchema
internal import LabelSelector
package import ProfileModel

/// A group that a series belongs to: as it is configured, and with labels filled in.
package struct UsageGroup: Hashable, Sendable {
    package let configuredName: String
    package let name: String

    /// What series are counted under that are in no group.
    package static let other = UsageGroup(configuredName: "other", name: "other")
}

/// Groups of a tenant's series that are counted, limited and sampled together (spec/ingest 8.3).
package struct UsageGroups: Sendable, Equatable {
    private struct Group: Sendable, Equatable {
        var name: String
        var parts: [NamePart]
        var selector: LabelSelector
    }

    private enum NamePart: Sendable, Equatable {
        case literal(String)
        case label(String)
    }

    private var groups: [Group] = []

    /// The most groups of one tenant.
    package static let countMax = 50
    private static let nameByteCountMax = 128

    /// No groups.
    package init() {}

    /// Whether no group is configured.
    package var isEmpty: Bool { self.groups.isEmpty }

    /// Reads `name: 'selector'`; a name may hold `${labels.NAME}`.
    init(reading node: YAMLNode) throws(TreeError) {
        let entries = try node.entries("usage groups")
        guard entries.count <= Self.countMax else {
            throw TreeError("\(entries.count) usage groups; limit \(Self.countMax)")
        }
        for (name, value) in entries {
            let shown = "usage group '\(LabelValidation.clipped(name))'"
            guard !name.isEmpty, name.utf8.count <= Self.nameByteCountMax else {
                throw TreeError("\(shown): a name has 1 to \(Self.nameByteCountMax) bytes")
            }
            guard name != UsageGroup.other.name else { throw TreeError("\(shown): the name is reserved") }
            let parts = try Self.parts(name)
            let text = try value.text(shown)
            do throws(SelectorError) {
                let selector = try LabelSelector(parsing: text)
                self.groups.append(Group(name: name, parts: parts, selector: selector))
            } catch {
                throw TreeError("\(shown): \(error)")
            }
        }
        self.groups.sort { $0.name < $1.name }
    }

    /// JSON that `init(reading:)` reads back; nothing when there are no groups.
    var text: String {
        guard !self.isEmpty else { return "" }
        let fields = self.groups.map {
            "\(YAMLNode.quoted($0.name)):\(YAMLNode.quoted($0.selector.description))"
        }
        return "{" + fields.joined(separator: ",") + "}"
    }

    /// The groups that a series is in; `other` alone when it is in none of those that are configured.
    package func groups(of labels: [Label]) -> [UsageGroup] {
        guard !self.isEmpty else { return [] }
        let value = { (name: String) in labels.first { $0.name == name }?.value }
        let found = self.groups.compactMap { group in
            group.selector.matches(value) ? Self.resolved(group, value) : nil
        }
        return found.isEmpty ? [.other] : found
    }

    /// The name with labels filled in; nil when the series lacks one of them.
    private static func resolved(_ group: Group, _ value: (String) -> String?) -> UsageGroup? {
        var name = ""
        for part in group.parts {
            switch part {
            case .literal(let text): name += text
            case .label(let label):
                guard let value = value(label), !value.isEmpty else { return nil }
                name += value
            }
        }
        return UsageGroup(configuredName: group.name, name: LabelValidation.clipped(name))
    }

    /// Splits a name at its `${labels.NAME}`.
    private static func parts(_ name: String) throws(TreeError) -> [NamePart] {
        let mark = "${labels."
        var parts: [NamePart] = []
        var rest = name[...]
        while let start = rest.firstRange(of: mark) {
            guard let end = rest[start.upperBound...].firstIndex(of: "}"), end > start.upperBound else {
                throw TreeError("usage group '\(name)': a \(mark)NAME} is not closed or has no name")
            }
            if start.lowerBound > rest.startIndex {
                parts.append(.literal(String(rest[..<start.lowerBound])))
            }
            parts.append(.label(String(rest[start.upperBound..<end])))
            rest = rest[rest.index(after: end)...]
        }
        if !rest.isEmpty { parts.append(.literal(String(rest))) }
        return parts
    }
}
