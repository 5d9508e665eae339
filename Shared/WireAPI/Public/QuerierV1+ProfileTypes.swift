// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

extension QuerierV1 {
    /// Asks for profile types in a range, in milliseconds.
    package struct ProfileTypesRequest: Message, Equatable {
        package static let messageName = "querier.v1.ProfileTypesRequest"

        package var start: Int64 = 0
        package var end: Int64 = 0

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "start", &self.start)
            try codec.field(2, "end", &self.end)
        }
    }

    /// Profile types, sorted by id.
    package struct ProfileTypesResponse: Message, Equatable {
        package static let messageName = "querier.v1.ProfileTypesResponse"

        package var profileTypes: [TypesV1.ProfileType] = []

        /// All fields at their defaults.
        package init() {}

        /// A message with these fields.
        package init(profileTypes: [TypesV1.ProfileType]) {
            self.profileTypes = profileTypes
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "profile_types", &self.profileTypes)
        }
    }
}
