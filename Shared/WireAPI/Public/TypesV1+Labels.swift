// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

extension TypesV1 {
    /// A label of a series.
    package struct LabelPair: Message, Equatable {
        package static let messageName = "types.v1.LabelPair"

        package var name: String = ""
        package var value: String = ""

        /// All fields at their defaults.
        package init() {}

        /// A message with these fields.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "name", &self.name)
            try codec.field(2, "value", &self.value)
        }
    }

    /// A label set.
    package struct Labels: Message, Equatable {
        package static let messageName = "types.v1.Labels"

        package var labels: [LabelPair] = []

        /// All fields at their defaults.
        package init() {}

        /// A message with these fields.
        package init(labels: [LabelPair]) {
            self.labels = labels
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "labels", &self.labels)
        }
    }

    /// Asks for label names in a range, in milliseconds.
    package struct LabelNamesRequest: Message, Equatable {
        package static let messageName = "types.v1.LabelNamesRequest"

        package var matchers: [String] = []
        package var start: Int64 = 0
        package var end: Int64 = 0

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "matchers", &self.matchers)
            try codec.field(2, "start", &self.start)
            try codec.field(3, "end", &self.end)
        }
    }

    /// Label names, sorted.
    package struct LabelNamesResponse: Message, Equatable {
        package static let messageName = "types.v1.LabelNamesResponse"

        package var names: [String] = []

        /// All fields at their defaults.
        package init() {}

        /// A message with these fields.
        package init(names: [String]) {
            self.names = names
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "names", &self.names)
        }
    }

    /// Asks for the values of one label in a range, in milliseconds.
    package struct LabelValuesRequest: Message, Equatable {
        package static let messageName = "types.v1.LabelValuesRequest"

        package var name: String = ""
        package var matchers: [String] = []
        package var start: Int64 = 0
        package var end: Int64 = 0

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "name", &self.name)
            try codec.field(2, "matchers", &self.matchers)
            try codec.field(3, "start", &self.start)
            try codec.field(4, "end", &self.end)
        }
    }

    /// Label values, sorted.
    package struct LabelValuesResponse: Message, Equatable {
        package static let messageName = "types.v1.LabelValuesResponse"

        package var names: [String] = []

        /// All fields at their defaults.
        package init() {}

        /// A message with these fields.
        package init(names: [String]) {
            self.names = names
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "names", &self.names)
        }
    }
}
