// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

extension QuerierV1 {
    /// Asks for the sum of all matching profiles as a pprof.
    package struct SelectMergeProfileRequest: Message, Equatable {
        package static let messageName = "querier.v1.SelectMergeProfileRequest"

        package var profileTypeID: String = ""
        package var labelSelector: String = ""
        package var start: Int64 = 0
        package var end: Int64 = 0
        package var maxNodes: Int64?
        package var stackTraceSelector: TypesV1.StackTraceSelector?
        package var profileIdSelector: [String] = []
        package var traceIdSelector: [String] = []

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "profile_typeID", &self.profileTypeID)
            try codec.field(2, "label_selector", &self.labelSelector)
            try codec.field(3, "start", &self.start)
            try codec.field(4, "end", &self.end)
            try codec.field(5, "max_nodes", &self.maxNodes)
            try codec.field(6, "stack_trace_selector", &self.stackTraceSelector)
            try codec.field(7, "profile_id_selector", &self.profileIdSelector)
            try codec.field(8, "trace_id_selector", &self.traceIdSelector)
        }
    }

    /// A pprof within an answer.
    package struct PprofProfile: Message, Equatable {
        package static let messageName = "querier.v1.PprofProfile"

        package var profile: GoogleV1.Profile?

        /// All fields at their defaults.
        package init() {}

        /// A message with this profile.
        package init(profile: GoogleV1.Profile) { self.profile = profile }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "profile", &self.profile)
        }
    }
}
