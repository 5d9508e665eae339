// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProtobufWire

/// `ProfilesDictionary`.
struct DictionaryMessage: Message {
    static let messageName = "opentelemetry.proto.profiles.v1development.ProfilesDictionary"

    var mappings: [MappingMessage] = []
    var locations: [LocationMessage] = []
    var functions: [FunctionMessage] = []
    var links: [LinkMessage] = []
    var strings: [String] = []
    var attributes: [TableAttributeMessage] = []
    var stacks: [StackMessage] = []

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "mapping_table", &self.mappings)
        try codec.field(2, "location_table", &self.locations)
        try codec.field(3, "function_table", &self.functions)
        try codec.field(4, "link_table", &self.links)
        try codec.field(5, "string_table", &self.strings)
        try codec.field(6, "attribute_table", &self.attributes)
        try codec.field(7, "stack_table", &self.stacks)
    }
}

/// `Mapping`.
struct MappingMessage: Message {
    static let messageName = "opentelemetry.proto.profiles.v1development.Mapping"

    var memoryStart: UInt64 = 0
    var memoryLimit: UInt64 = 0
    var fileOffset: UInt64 = 0
    var filename: Int32 = 0
    var attributes: [Int32] = []

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "memory_start", &self.memoryStart)
        try codec.field(2, "memory_limit", &self.memoryLimit)
        try codec.field(3, "file_offset", &self.fileOffset)
        try codec.field(4, "filename_strindex", &self.filename)
        try codec.field(5, "attribute_indices", &self.attributes)
    }
}

/// `Location`.
struct LocationMessage: Message {
    static let messageName = "opentelemetry.proto.profiles.v1development.Location"

    var mapping: Int32 = 0
    var address: UInt64 = 0
    var lines: [LineMessage] = []

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "mapping_index", &self.mapping)
        try codec.field(2, "address", &self.address)
        try codec.field(3, "lines", &self.lines)
        // The name of release 1.8; never written.
        var older: [LineMessage] = []
        try codec.field(103, "line", &older)
        self.lines += older
    }
}

/// `Line`.
struct LineMessage: Message {
    static let messageName = "opentelemetry.proto.profiles.v1development.Line"

    var function: Int32 = 0
    var line: Int64 = 0

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "function_index", &self.function)
        try codec.field(2, "line", &self.line)
    }
}

/// `Function`.
struct FunctionMessage: Message {
    static let messageName = "opentelemetry.proto.profiles.v1development.Function"

    var name: Int32 = 0
    var systemName: Int32 = 0
    var filename: Int32 = 0
    var startLine: Int64 = 0

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "name_strindex", &self.name)
        try codec.field(2, "system_name_strindex", &self.systemName)
        try codec.field(3, "filename_strindex", &self.filename)
        try codec.field(4, "start_line", &self.startLine)
    }
}

/// `Link`.
struct LinkMessage: Message {
    static let messageName = "opentelemetry.proto.profiles.v1development.Link"

    var trace = HexBytes()
    var span = HexBytes()

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "trace_id", &self.trace)
        try codec.field(2, "span_id", &self.span)
    }
}

/// `Stack`.
struct StackMessage: Message {
    static let messageName = "opentelemetry.proto.profiles.v1development.Stack"

    var locations: [Int32] = []

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "location_indices", &self.locations)
    }
}
