// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

extension TypesV1 {
    /// A profile type in its parts.
    package struct ProfileType: Message, Equatable {
        package static let messageName = "types.v1.ProfileType"

        package var id: String = ""
        package var name: String = ""
        package var sampleType: String = ""
        package var sampleUnit: String = ""
        package var periodType: String = ""
        package var periodUnit: String = ""

        /// All fields at their defaults.
        package init() {}

        /// A message with these fields.
        package init(
            id: String,
            name: String,
            sampleType: String,
            sampleUnit: String,
            periodType: String,
            periodUnit: String
        ) {
            self.id = id
            self.name = name
            self.sampleType = sampleType
            self.sampleUnit = sampleUnit
            self.periodType = periodType
            self.periodUnit = periodUnit
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "ID", &self.id)
            try codec.field(2, "name", &self.name)
            try codec.field(4, "sample_type", &self.sampleType)
            try codec.field(5, "sample_unit", &self.sampleUnit)
            try codec.field(6, "period_type", &self.periodType)
            try codec.field(7, "period_unit", &self.periodUnit)
        }
    }
}
