// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

extension QuerierV1 {
    /// Asks for label sets in a range, in milliseconds.
    package struct SeriesRequest: Message, Equatable {
        package static let messageName = "querier.v1.SeriesRequest"

        package var matchers: [String] = []
        package var labelNames: [String] = []
        package var start: Int64 = 0
        package var end: Int64 = 0

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "matchers", &self.matchers)
            try codec.field(2, "label_names", &self.labelNames)
            try codec.field(3, "start", &self.start)
            try codec.field(4, "end", &self.end)
        }
    }

    /// Distinct label sets.
    package struct SeriesResponse: Message, Equatable {
        package static let messageName = "querier.v1.SeriesResponse"

        package var labelsSet: [TypesV1.Labels] = []

        /// All fields at their defaults.
        package init() {}

        /// A message with these fields.
        package init(labelsSet: [TypesV1.Labels]) {
            self.labelsSet = labelsSet
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(2, "labels_set", &self.labelsSet)
        }
    }
}
