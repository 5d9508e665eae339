// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

extension QuerierV1 {
    /// Asks for the sum of all matching profiles as one tree.
    package struct SelectMergeStacktracesRequest: Message, Equatable {
        package static let messageName = "querier.v1.SelectMergeStacktracesRequest"

        package var profileTypeID: String = ""
        package var labelSelector: String = ""
        package var start: Int64 = 0
        package var end: Int64 = 0
        package var maxNodes: Int64?
        package var format: ProfileFormat = .unspecified
        package var stackTraceSelector: TypesV1.StackTraceSelector?
        package var profileIdSelector: [String] = []
        package var async: AsyncQueryRequest?
        package var traceIdSelector: [String] = []
        package var spanSelector: [String] = []

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "profile_typeID", &self.profileTypeID)
            try codec.field(2, "label_selector", &self.labelSelector)
            try codec.field(3, "start", &self.start)
            try codec.field(4, "end", &self.end)
            try codec.field(5, "max_nodes", &self.maxNodes)
            try codec.field(6, "format", &self.format)
            try codec.field(7, "stack_trace_selector", &self.stackTraceSelector)
            try codec.field(8, "profile_id_selector", &self.profileIdSelector)
            try codec.field(9, "async", &self.async)
            try codec.field(10, "trace_id_selector", &self.traceIdSelector)
            try codec.field(11, "span_selector", &self.spanSelector)
        }
    }

    /// The tree in the form that was asked for.
    package struct SelectMergeStacktracesResponse: Message, Equatable {
        package static let messageName = "querier.v1.SelectMergeStacktracesResponse"

        package var flamegraph: FlameGraph?
        package var tree: [UInt8] = []
        package var dot: String = ""
        package var async: AsyncQueryResponse?
        package var pprof: PprofProfile?

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "flamegraph", &self.flamegraph)
            try codec.field(2, "tree", &self.tree)
            try codec.field(3, "dot", &self.dot)
            try codec.field(4, "async", &self.async)
            try codec.field(5, "pprof", &self.pprof)
        }
    }

    /// The form of an answer with stacktraces.
    package struct ProfileFormat: WireEnum {
        package let number: Int32

        package static let unspecified = ProfileFormat(number: 0)
        package static let flameGraph = ProfileFormat(number: 1)
        package static let tree = ProfileFormat(number: 2)
        package static let dot = ProfileFormat(number: 3)
        package static let pprof = ProfileFormat(number: 4)

        package static let names: [(number: Int32, name: String)] = [
            (0, "PROFILE_FORMAT_UNSPECIFIED"),
            (1, "PROFILE_FORMAT_FLAMEGRAPH"),
            (2, "PROFILE_FORMAT_TREE"),
            (3, "PROFILE_FORMAT_DOT"),
            (4, "PROFILE_FORMAT_PPROF"),
        ]

        /// A value of any number.
        package init(number: Int32) { self.number = number }
    }
}
