// SPDX-License-Identifier: Apache-2.0
package import ProfileModel

/// A conjunction of label matchers.
package struct LabelSelector: Sendable, Hashable, CustomStringConvertible {
    package private(set) var matchers: [LabelMatcher]

    /// The most matchers a selector may have.
    package static let matcherCountMax = 64
    /// The longest selector, in bytes.
    package static let byteCountMax = 128 << 10

    /// Matches everything.
    package init() { self.matchers = [] }

    /// All of `matchers`; the limit on their number is the parser's.
    package init(_ matchers: [LabelMatcher]) { self.matchers = matchers }

    /// Parses `name{label="value", …}` (spec/query 3.3); a name in front becomes a matcher on `__name__`.
    package init(parsing text: String) throws(SelectorError) {
        var parser = SelectorParser(text)
        self.matchers = try parser.parse()
    }

    package var isEmpty: Bool { self.matchers.isEmpty }

    /// Both conditions.
    package func and(_ other: LabelSelector) -> LabelSelector {
        LabelSelector(self.matchers + other.matchers)
    }

    /// Whether `labels` pass.
    package func matches(_ labels: LabelSet) -> Bool { self.matches { labels[$0] } }

    /// Whether the labels behind `lookup`, which gives nil for an absent one, pass; stops at the first that
    /// fails.
    package func matches(_ lookup: (String) -> String?) -> Bool {
        for matcher in self.matchers where !matcher.accepts(lookup(matcher.name) ?? "") { return false }
        return true
    }

    /// The value that `name` must have, when a matcher says so by `=`.
    package func requiredValue(of name: String) -> String? {
        for matcher in self.matchers where matcher.operation == .equal && matcher.name == name {
            return matcher.value
        }
        return nil
    }

    /// Parses back to an equal selector.
    package var description: String {
        "{" + self.matchers.map(\.description).joined(separator: ",") + "}"
    }
}
