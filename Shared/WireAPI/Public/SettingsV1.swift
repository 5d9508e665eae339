// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

/// Messages of `settings.v1.SettingsService` (spec/query 7.2).
package enum SettingsV1 {
    /// The path of the service.
    package static let service = "/settings.v1.SettingsService"

    /// A named text that a user interface keeps.
    package struct Setting: Message, Equatable {
        package static let messageName = "settings.v1.Setting"

        package var name = ""
        package var value = ""
        /// Milliseconds since 1970; 0 lets the server set it.
        package var modifiedAt: Int64 = 0

        /// All fields at their defaults.
        package init() {}

        /// A message with these fields.
        package init(name: String, value: String, modifiedAt: Int64) {
            self.name = name
            self.value = value
            self.modifiedAt = modifiedAt
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "name", &self.name)
            try codec.field(2, "value", &self.value)
            try codec.field(3, "modifiedAt", &self.modifiedAt)
        }
    }

    /// Asks for all settings.
    package struct GetRequest: Message, Equatable {
        package static let messageName = "settings.v1.GetSettingsRequest"

        /// Nothing.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {}
    }

    /// All settings by name.
    package struct GetResponse: Message, Equatable {
        package static let messageName = "settings.v1.GetSettingsResponse"

        package var settings: [Setting] = []

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "settings", &self.settings)
        }
    }

    /// Sets one setting: request and answer.
    package struct SetRequest: Message, Equatable {
        package static let messageName = "settings.v1.SetSettingsRequest"

        package var setting: Setting?

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "setting", &self.setting)
        }
    }

    /// Removes one setting.
    package struct DeleteRequest: Message, Equatable {
        package static let messageName = "settings.v1.DeleteSettingsRequest"

        package var name = ""

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "name", &self.name)
        }
    }
}
