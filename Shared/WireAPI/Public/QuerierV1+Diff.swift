// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

extension QuerierV1 {
    /// Asks for two sums of profiles, compared call path by call path.
    package struct DiffRequest: Message, Equatable {
        package static let messageName = "querier.v1.DiffRequest"

        package var left: SelectMergeStacktracesRequest?
        package var right: SelectMergeStacktracesRequest?

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "left", &self.left)
            try codec.field(2, "right", &self.right)
        }
    }

    /// The comparison.
    package struct DiffResponse: Message, Equatable {
        package static let messageName = "querier.v1.DiffResponse"

        package var flamegraph: FlameGraphDiff?

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "flamegraph", &self.flamegraph)
        }
    }

    /// A rendered comparison; seven numbers per bar (spec/query 4.9).
    package struct FlameGraphDiff: Message, Equatable {
        package static let messageName = "querier.v1.FlameGraphDiff"

        package var names: [String] = []
        package var levels: [Level] = []
        package var total: Int64 = 0
        package var maxSelf: Int64 = 0
        package var leftTicks: Int64 = 0
        package var rightTicks: Int64 = 0

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "names", &self.names)
            try codec.field(2, "levels", &self.levels)
            try codec.field(3, "total", &self.total)
            try codec.field(4, "max_self", &self.maxSelf)
            try codec.field(5, "leftTicks", &self.leftTicks)
            try codec.field(6, "rightTicks", &self.rightTicks)
        }
    }

    /// Asks for the samples of single spans; `SelectMergeStacktraces` with a span selector does the same.
    package struct SelectMergeSpanProfileRequest: Message, Equatable {
        package static let messageName = "querier.v1.SelectMergeSpanProfileRequest"

        package var profileTypeID: String = ""
        package var labelSelector: String = ""
        package var spanSelector: [String] = []
        package var start: Int64 = 0
        package var end: Int64 = 0
        package var maxNodes: Int64?
        package var format: ProfileFormat = .unspecified

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "profile_typeID", &self.profileTypeID)
            try codec.field(2, "label_selector", &self.labelSelector)
            try codec.field(3, "span_selector", &self.spanSelector)
            try codec.field(4, "start", &self.start)
            try codec.field(5, "end", &self.end)
            try codec.field(6, "max_nodes", &self.maxNodes)
            try codec.field(7, "format", &self.format)
        }
    }

    /// The tree of the spans.
    package struct SelectMergeSpanProfileResponse: Message, Equatable {
        package static let messageName = "querier.v1.SelectMergeSpanProfileResponse"

        package var flamegraph: FlameGraph?
        package var tree: [UInt8] = []

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "flamegraph", &self.flamegraph)
            try codec.field(2, "tree", &self.tree)
        }
    }
}
