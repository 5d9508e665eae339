// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

extension TypesV1 {
    /// Narrows a query to stacks through a call site.
    package struct StackTraceSelector: Message, Equatable {
        package static let messageName = "types.v1.StackTraceSelector"

        package var callSite: [Location] = []
        package var goPGO: GoPGO?

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "call_site", &self.callSite)
            try codec.field(2, "go_pgo", &self.goPGO)
        }
    }

    /// A function of a call site.
    package struct Location: Message, Equatable {
        package static let messageName = "types.v1.Location"

        package var name: String = ""

        /// All fields at their defaults.
        package init() {}

        /// A message with these fields.
        package init(name: String) {
            self.name = name
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "name", &self.name)
        }
    }

    /// How stacks are cut for profile-guided optimisation of Go.
    package struct GoPGO: Message, Equatable {
        package static let messageName = "types.v1.GoPGO"

        package var keepLocations: UInt32 = 0
        package var aggregateCallees: Bool = false

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "keep_locations", &self.keepLocations)
            try codec.field(2, "aggregate_callees", &self.aggregateCallees)
        }
    }
}
