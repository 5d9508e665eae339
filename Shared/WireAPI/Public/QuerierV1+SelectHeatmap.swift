// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

extension QuerierV1 {
    /// Asks for heatmaps; times in milliseconds, the step in seconds.
    package struct SelectHeatmapRequest: Message, Equatable {
        package static let messageName = "querier.v1.SelectHeatmapRequest"

        package var profileTypeID: String = ""
        package var labelSelector: String = ""
        package var start: Int64 = 0
        package var end: Int64 = 0
        package var step: Double = 0
        package var groupBy: [String] = []
        package var queryType: HeatmapQueryType = .unspecified
        package var exemplarType: TypesV1.ExemplarType = .unspecified
        package var limit: Int64?

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "profile_typeID", &self.profileTypeID)
            try codec.field(2, "label_selector", &self.labelSelector)
            try codec.field(3, "start", &self.start)
            try codec.field(4, "end", &self.end)
            try codec.field(5, "step", &self.step)
            try codec.field(6, "group_by", &self.groupBy)
            try codec.field(7, "query_type", &self.queryType)
            try codec.field(8, "exemplar_type", &self.exemplarType)
            try codec.field(9, "limit", &self.limit)
        }
    }

    /// Heatmaps.
    package struct SelectHeatmapResponse: Message, Equatable {
        package static let messageName = "querier.v1.SelectHeatmapResponse"

        package var series: [TypesV1.HeatmapSeries] = []

        /// All fields at their defaults.
        package init() {}

        /// A message with these fields.
        package init(series: [TypesV1.HeatmapSeries]) {
            self.series = series
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "series", &self.series)
        }
    }

    /// What a heatmap counts.
    package struct HeatmapQueryType: WireEnum {
        package let number: Int32

        package static let unspecified = HeatmapQueryType(number: 0)
        package static let individual = HeatmapQueryType(number: 1)
        package static let span = HeatmapQueryType(number: 2)

        package static let names: [(number: Int32, name: String)] = [
            (0, "HEATMAP_QUERY_TYPE_UNSPECIFIED"),
            (1, "HEATMAP_QUERY_TYPE_INDIVIDUAL"),
            (2, "HEATMAP_QUERY_TYPE_SPAN"),
        ]

        /// A value of any number.
        package init(number: Int32) { self.number = number }
    }
}

extension TypesV1 {
    /// A heatmap under its labels.
    package struct HeatmapSeries: Message, Equatable {
        package static let messageName = "types.v1.HeatmapSeries"

        package var labels: [LabelPair] = []
        package var slots: [HeatmapSlot] = []

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "labels", &self.labels)
            try codec.field(2, "slots", &self.slots)
        }
    }

    /// One column of a heatmap: counts by value; the time in milliseconds.
    package struct HeatmapSlot: Message, Equatable {
        package static let messageName = "types.v1.HeatmapSlot"

        package var timestamp: Int64 = 0
        package var yMin: [Double] = []
        package var counts: [Int32] = []
        package var exemplars: [Exemplar] = []

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "timestamp", &self.timestamp)
            try codec.field(2, "y_min", &self.yMin)
            try codec.field(3, "counts", &self.counts)
            try codec.field(4, "exemplars", &self.exemplars)
        }
    }
}
