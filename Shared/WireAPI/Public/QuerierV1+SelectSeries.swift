// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

extension QuerierV1 {
    /// Asks for timelines; times in milliseconds, the step in seconds.
    package struct SelectSeriesRequest: Message, Equatable {
        package static let messageName = "querier.v1.SelectSeriesRequest"

        package var profileTypeID: String = ""
        package var labelSelector: String = ""
        package var start: Int64 = 0
        package var end: Int64 = 0
        package var groupBy: [String] = []
        package var step: Double = 0
        package var aggregation: TypesV1.TimeSeriesAggregationType?
        package var stackTraceSelector: TypesV1.StackTraceSelector?
        package var limit: Int64?
        package var exemplarType: TypesV1.ExemplarType = .unspecified

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "profile_typeID", &self.profileTypeID)
            try codec.field(2, "label_selector", &self.labelSelector)
            try codec.field(3, "start", &self.start)
            try codec.field(4, "end", &self.end)
            try codec.field(5, "group_by", &self.groupBy)
            try codec.field(6, "step", &self.step)
            try codec.field(7, "aggregation", &self.aggregation)
            try codec.field(8, "stack_trace_selector", &self.stackTraceSelector)
            try codec.field(9, "limit", &self.limit)
            try codec.field(10, "exemplar_type", &self.exemplarType)
        }
    }

    /// Timelines.
    package struct SelectSeriesResponse: Message, Equatable {
        package static let messageName = "querier.v1.SelectSeriesResponse"

        package var series: [TypesV1.Series] = []

        /// All fields at their defaults.
        package init() {}

        /// A message with these fields.
        package init(series: [TypesV1.Series]) {
            self.series = series
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "series", &self.series)
        }
    }
}
