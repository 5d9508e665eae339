// SPDX-License-Identifier: Apache-2.0

/// A text that must not appear in logs, help, errors or status pages.
package struct Secret: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    private let value: String

    /// Hides `value`.
    package init(_ value: String) { self.value = value }

    /// The text itself, for the one place that needs it.
    package func reveal() -> String { self.value }

    /// Whether the text is empty.
    package var isEmpty: Bool { self.value.isEmpty }

    /// Stars, whatever the text is.
    package var description: String { self.isEmpty ? "" : "***" }

    /// Nothing to look into.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
