// SPDX-License-Identifier: Apache-2.0

/// How a matcher compares.
package enum MatchOperation: String, Sendable, CaseIterable {
    case equal = "="
    case notEqual = "!="
    case matches = "=~"
    case doesNotMatch = "!~"
}

/// A condition on the value of one label; an absent label has the value `""`.
package struct LabelMatcher: Sendable, Hashable, CustomStringConvertible {
    package let name: String
    package let operation: MatchOperation
    package let value: String
    private let pattern: ValuePattern?

    /// Makes a matcher; compiles the pattern of `=~` and `!~` once.
    package init(_ name: String, _ operation: MatchOperation, _ value: String) throws(PatternError) {
        self.name = name
        self.operation = operation
        self.value = value
        switch operation {
        case .equal, .notEqual: self.pattern = nil
        case .matches, .doesNotMatch: self.pattern = try ValuePattern(value)
        }
    }

    private init(name: String, value: String) {
        self.name = name
        self.operation = .equal
        self.value = value
        self.pattern = nil
    }

    /// The matcher `name="value"`.
    package static func equal(_ name: String, _ value: String) -> LabelMatcher {
        LabelMatcher(name: name, value: value)
    }

    /// Whether a label of this value passes; `""` stands for an absent label.
    package func accepts(_ text: String) -> Bool {
        switch self.operation {
        case .equal: Self.sameBytes(text, self.value)
        case .notEqual: !Self.sameBytes(text, self.value)
        case .matches: self.pattern?.matchesWhole(text) ?? false
        case .doesNotMatch: !(self.pattern?.matchesWhole(text) ?? false)
        }
    }

    /// As it is written in a selector: `name=~"value"`.
    package var description: String {
        let isPlain = SelectorLexer.isLegacyName(self.name)
        return (isPlain ? self.name : goQuoted(self.name)) + self.operation.rawValue + goQuoted(self.value)
    }

    package static func == (left: LabelMatcher, right: LabelMatcher) -> Bool {
        left.operation == right.operation && Self.sameBytes(left.name, right.name)
            && Self.sameBytes(left.value, right.value)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(self.name)
        hasher.combine(self.operation)
        hasher.combine(self.value)
    }

    /// Equality of bytes: Swift's own takes canonically equivalent texts for equal, the wire does not.
    private static func sameBytes(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
    }
}

extension LabelMatcher {
    /// Whether `name` matches `[a-zA-Z_][a-zA-Z0-9_]*`: what may stand in a selector without quotes, and what
    /// clients
    /// see that do not ask for UTF-8 names (spec/query 1.6).
    package static func isLegacyName(_ name: String) -> Bool { SelectorLexer.isLegacyName(name) }
}
