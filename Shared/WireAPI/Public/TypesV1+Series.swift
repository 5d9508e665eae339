// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

extension TypesV1 {
    /// A timeline under its labels.
    package struct Series: Message, Equatable {
        package static let messageName = "types.v1.Series"

        package var labels: [LabelPair] = []
        package var points: [Point] = []

        /// All fields at their defaults.
        package init() {}

        /// A message with these fields.
        package init(labels: [LabelPair], points: [Point]) {
            self.labels = labels
            self.points = points
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "labels", &self.labels)
            try codec.field(2, "points", &self.points)
        }
    }

    /// The value of one step; the time in milliseconds.
    package struct Point: Message, Equatable {
        package static let messageName = "types.v1.Point"

        package var value: Double = 0
        package var timestamp: Int64 = 0
        package var annotations: [ProfileAnnotation] = []
        package var exemplars: [Exemplar] = []

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "value", &self.value)
            try codec.field(2, "timestamp", &self.timestamp)
            try codec.field(3, "annotations", &self.annotations)
            try codec.field(4, "exemplars", &self.exemplars)
        }
    }

    /// A remark of the server on a profile.
    package struct ProfileAnnotation: Message, Equatable {
        package static let messageName = "types.v1.ProfileAnnotation"

        package var key: String = ""
        package var value: String = ""

        /// All fields at their defaults.
        package init() {}

        /// A message with these fields.
        package init(key: String, value: String) {
            self.key = key
            self.value = value
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "key", &self.key)
            try codec.field(2, "value", &self.value)
        }
    }

    /// One profile or span that stands for a point.
    package struct Exemplar: Message, Equatable {
        package static let messageName = "types.v1.Exemplar"

        package var timestamp: Int64 = 0
        package var profileID: String = ""
        package var spanID: String = ""
        package var value: Int64 = 0
        package var labels: [LabelPair] = []
        package var traceID: String = ""

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "timestamp", &self.timestamp)
            try codec.field(2, "profile_id", &self.profileID)
            try codec.field(3, "span_id", &self.spanID)
            try codec.field(4, "value", &self.value)
            try codec.field(5, "labels", &self.labels)
            try codec.field(6, "trace_id", &self.traceID)
        }
    }

    /// Which exemplars a timeline carries.
    package struct ExemplarType: WireEnum {
        package let number: Int32

        package static let unspecified = ExemplarType(number: 0)
        package static let none = ExemplarType(number: 1)
        package static let individual = ExemplarType(number: 2)
        package static let span = ExemplarType(number: 3)

        package static let names: [(number: Int32, name: String)] = [
            (0, "EXEMPLAR_TYPE_UNSPECIFIED"),
            (1, "EXEMPLAR_TYPE_NONE"),
            (2, "EXEMPLAR_TYPE_INDIVIDUAL"),
            (3, "EXEMPLAR_TYPE_SPAN"),
        ]

        /// A value of any number.
        package init(number: Int32) { self.number = number }
    }

    /// How the profiles of one step become one value.
    package struct TimeSeriesAggregationType: WireEnum {
        package let number: Int32

        package static let sum = TimeSeriesAggregationType(number: 0)
        package static let average = TimeSeriesAggregationType(number: 1)

        package static let names: [(number: Int32, name: String)] = [
            (0, "TIME_SERIES_AGGREGATION_TYPE_SUM"),
            (1, "TIME_SERIES_AGGREGATION_TYPE_AVERAGE"),
        ]

        /// A value of any number.
        package init(number: Int32) { self.number = number }
    }
}
