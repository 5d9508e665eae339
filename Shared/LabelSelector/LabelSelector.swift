// SPDX-License-Identifier: Apache-2.0

/// A conjunction of label matchers.
package struct LabelSelector: Sendable {
    package init() {}
}
