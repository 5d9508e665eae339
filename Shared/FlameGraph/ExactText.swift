// SPDX-License-Identifier: Apache-2.0

/// A text that is equal to another only when their UTF-8 bytes are.
package struct ExactText: Hashable, Sendable {
    package let text: String

    /// The key for `text`.
    package init(_ text: String) { self.text = text }

    package static func == (left: ExactText, right: ExactText) -> Bool {
        // Swift's fast comparison decides nearly always; only texts it calls equal are looked at again.
        left.text == right.text && left.text.utf8.count == right.text.utf8.count
            && left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(self.text) }
}
