// SPDX-License-Identifier: Apache-2.0
package import ProfileModel

/// What a read asks a head or a block for.
package struct ProfileQuery: Sendable {
    package var selector: LabelSelector
    /// The type to sum; nil for label queries, which look at all types.
    package var type: ProfileType?
    package var range: TimeRange
    /// Which requests the samples belong to, for stacktraces only; nil for any.
    package var spans: SpanFilter?

    package init(
        selector: LabelSelector,
        type: ProfileType?,
        range: TimeRange,
        spans: SpanFilter? = nil
    ) {
        self.selector = selector
        self.type = type
        self.range = range
        self.spans = spans
    }
}
