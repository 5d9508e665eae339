// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

extension QuerierV1 {
    /// A rendered flame graph; four numbers per bar (spec/query 4.5).
    package struct FlameGraph: Message, Equatable {
        package static let messageName = "querier.v1.FlameGraph"

        package var names: [String] = []
        package var levels: [Level] = []
        package var total: Int64 = 0
        package var maxSelf: Int64 = 0

        /// All fields at their defaults.
        package init() {}

        /// A message with these fields.
        package init(names: [String], levels: [Level], total: Int64, maxSelf: Int64) {
            self.names = names
            self.levels = levels
            self.total = total
            self.maxSelf = maxSelf
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "names", &self.names)
            try codec.field(2, "levels", &self.levels)
            try codec.field(3, "total", &self.total)
            try codec.field(4, "max_self", &self.maxSelf)
        }
    }

    /// The bars of one depth.
    package struct Level: Message, Equatable {
        package static let messageName = "querier.v1.Level"

        package var values: [Int64] = []

        /// All fields at their defaults.
        package init() {}

        /// A message with these fields.
        package init(values: [Int64]) {
            self.values = values
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "values", &self.values)
        }
    }
}
