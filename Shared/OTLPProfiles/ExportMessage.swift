// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProtobufWire

/// `ExportProfilesServiceRequest` as JSON brings it; written in binary, it takes the way of all others.
///
/// Fields that no label and no pprof has are not listed. Names of older generations are read as well where
/// they differ.
struct ExportMessage: Message {
    static let messageName =
        "opentelemetry.proto.collector.profiles.v1development.ExportProfilesServiceRequest"

    var resourceProfiles: [ResourceMessage] = []
    var dictionary: DictionaryMessage?

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "resource_profiles", &self.resourceProfiles)
        try codec.field(2, "dictionary", &self.dictionary)
    }
}

/// `ResourceProfiles`.
struct ResourceMessage: Message {
    static let messageName = "opentelemetry.proto.profiles.v1development.ResourceProfiles"

    var resource: AttributesMessage?
    var scopes: [ScopeMessage] = []

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "resource", &self.resource)
        try codec.field(2, "scope_profiles", &self.scopes)
    }
}

/// `Resource`: what counts are its attributes.
struct AttributesMessage: Message {
    static let messageName = "opentelemetry.proto.resource.v1.Resource"

    var attributes: [AttributeMessage] = []

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "attributes", &self.attributes)
    }
}

/// `InstrumentationScope`: what counts are its attributes.
struct ScopeAttributesMessage: Message {
    static let messageName = "opentelemetry.proto.common.v1.InstrumentationScope"

    var attributes: [AttributeMessage] = []

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(3, "attributes", &self.attributes)
    }
}

/// `ScopeProfiles`.
struct ScopeMessage: Message {
    static let messageName = "opentelemetry.proto.profiles.v1development.ScopeProfiles"

    var scope: ScopeAttributesMessage?
    var profiles: [ProfileMessage] = []

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "scope", &self.scope)
        try codec.field(2, "profiles", &self.profiles)
    }
}

/// `KeyValue`.
struct AttributeMessage: Message {
    static let messageName = "opentelemetry.proto.common.v1.KeyValue"

    var key = ""
    var value: ValueMessage?
    var keyIndex: Int32?

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "key", &self.key)
        try codec.field(2, "value", &self.value)
        try codec.field(3, "key_strindex", &self.keyIndex)
    }
}

/// `KeyValueAndUnit`.
struct TableAttributeMessage: Message {
    static let messageName = "opentelemetry.proto.profiles.v1development.KeyValueAndUnit"

    var keyIndex: Int32?
    var value: ValueMessage?

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "key_strindex", &self.keyIndex)
        try codec.field(2, "value", &self.value)
    }
}

/// `AnyValue`.
struct ValueMessage: Message {
    static let messageName = "opentelemetry.proto.common.v1.AnyValue"

    var text: String?
    var flag: Bool?
    var integer: Int64?
    var real: Double?
    var list: ValueListMessage?
    var textIndex: Int32?

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "string_value", &self.text)
        try codec.field(2, "bool_value", &self.flag)
        try codec.field(3, "int_value", &self.integer)
        try codec.field(4, "double_value", &self.real)
        try codec.field(5, "array_value", &self.list)
        try codec.field(8, "string_value_strindex", &self.textIndex)
    }
}

/// `ArrayValue`.
struct ValueListMessage: Message {
    static let messageName = "opentelemetry.proto.common.v1.ArrayValue"

    var values: [ValueMessage] = []

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "values", &self.values)
    }
}
