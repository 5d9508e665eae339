// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProtobufWire

/// The names of `ExportProfilesServiceRequest` in JSON, of all generations at once; what they are written as
/// is `ProfileLayout.named`.
///
/// Fields that no label and no pprof has are not listed.
enum ExportShape {
    static let request: JSONShape = .init([
        .many(1, "resource_profiles", .message { Self.resourceProfiles }),
        .one(2, "dictionary", .message { Self.dictionary }),
    ])

    private static let resourceProfiles: JSONShape = .init([
        .one(1, "resource", .message { Self.resource }),
        .many(2, "scope_profiles", .message { Self.scopeProfiles }),
    ])

    private static let resource: JSONShape = .init([.many(1, "attributes", .message { Self.attribute })])

    private static let scopeProfiles: JSONShape = .init([
        .one(1, "scope", .message { Self.scope }),
        .many(2, "profiles", .message { Self.profile }),
    ])

    private static let scope: JSONShape = .init([.many(3, "attributes", .message { Self.attribute })])

    private static let attribute: JSONShape = .init([
        .one(1, "key", .text),
        .one(2, "value", .message { Self.value }),
        .one(3, "key_strindex", .int32),
    ])

    /// `AnyValue`.
    private static let value: JSONShape = .init([
        .one(1, "string_value", .text),
        .one(3, "int_value", .int64),
        .one(5, "array_value", .message { Self.list }),
        .one(8, "string_value_strindex", .int32),
    ])

    private static let list: JSONShape = .init([.many(1, "values", .message { Self.value })])

    private static let profile: JSONShape = .init([
        .either(1, "sample_type", .message { Self.valueType }),
        .many(2, "samples", .message { Self.sample }),
        .many(2, "sample", .message { Self.sample }),
        .one(3, "time_unix_nano", .fixed64),
        .one(3, "time_nanos", .fixed64),
        .one(4, "duration_nano", .uint64),
        .one(4, "duration_nanos", .uint64),
        .one(5, "period_type", .message { Self.valueType }),
        .one(6, "period", .int64),
        .one(7, "profile_id", Self.id),
        .many(12, "location_indices", .int32),
        .many(21, "mapping_table", .message { Self.mapping }),
        .many(22, "location_table", .message { Self.location }),
        .many(23, "function_table", .message { Self.function }),
        .many(24, "link_table", .message { Self.link }),
        .many(25, "string_table", .text),
        .many(26, "attribute_table", .message { Self.tableAttribute }),
    ])

    private static let valueType: JSONShape = .init([
        .one(1, "type_strindex", .int32),
        .one(2, "unit_strindex", .int32),
    ])

    private static let sample: JSONShape = .init([
        .one(1, "stack_index", .int32),
        .many(2, "attribute_indices", .int32),
        .one(3, "link_index", .int32),
        .many(4, "values", .int64),
        .many(4, "value", .int64),
        .many(5, "timestamps_unix_nano", .fixed64),
        .one(6, "locations_start_index", .int32),
        .one(7, "locations_length", .int32),
    ])

    private static let dictionary: JSONShape = .init([
        .many(1, "mapping_table", .message { Self.mapping }),
        .many(2, "location_table", .message { Self.location }),
        .many(3, "function_table", .message { Self.function }),
        .many(4, "link_table", .message { Self.link }),
        .many(5, "string_table", .text),
        .many(6, "attribute_table", .message { Self.tableAttribute }),
        .many(7, "stack_table", .message { Self.stack }),
    ])

    private static let stack: JSONShape = .init([.many(1, "location_indices", .int32)])

    private static let mapping: JSONShape = .init([
        .one(1, "memory_start", .uint64),
        .one(2, "memory_limit", .uint64),
        .one(3, "file_offset", .uint64),
        .one(4, "filename_strindex", .int32),
        .many(5, "attribute_indices", .int32),
    ])

    private static let location: JSONShape = .init([
        .one(1, "mapping_index", .int32),
        .one(2, "address", .uint64),
        .many(3, "lines", .message { Self.line }),
        .many(3, "line", .message { Self.line }),
    ])

    private static let line: JSONShape = .init([
        .one(1, "function_index", .int32),
        .one(2, "line", .int64),
    ])

    private static let function: JSONShape = .init([
        .one(1, "name_strindex", .int32),
        .one(2, "system_name_strindex", .int32),
        .one(3, "filename_strindex", .int32),
        .one(4, "start_line", .int64),
    ])

    private static let link: JSONShape = .init([
        .one(1, "trace_id", Self.id),
        .one(2, "span_id", Self.id),
    ])

    /// `KeyValueAndUnit`; the older generations spell keys out.
    private static let tableAttribute: JSONShape = .init([
        .one(1, "key_strindex", .int32),
        .one(1, "key", .text),
        .one(2, "value", .message { Self.value }),
    ])

    /// 16 or 32 digits are hexadecimal, as OTLP has ids: base64 of the right length has 12 or 24.
    private static let id = JSONShape.Value.bytes { text in
        text.count == 16 || text.count == 32 ? HexText.decode(text) : nil
    }
}
