// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

/// Messages of `google.v1`, the public schema of pprof.
package enum GoogleV1 {
    /// A profile; texts are indices of `stringTable`.
    package struct Profile: Message, Equatable {
        package static let messageName = "google.v1.Profile"

        package var sampleType: [ValueType] = []
        package var sample: [Sample] = []
        package var mapping: [Mapping] = []
        package var location: [Location] = []
        package var function: [Function] = []
        package var stringTable: [String] = []
        package var timeNanos: Int64 = 0
        package var durationNanos: Int64 = 0
        package var periodType: ValueType?
        package var period: Int64 = 0
        package var defaultSampleType: Int64 = 0

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "sample_type", &self.sampleType)
            try codec.field(2, "sample", &self.sample)
            try codec.field(3, "mapping", &self.mapping)
            try codec.field(4, "location", &self.location)
            try codec.field(5, "function", &self.function)
            try codec.field(6, "string_table", &self.stringTable)
            try codec.field(9, "time_nanos", &self.timeNanos)
            try codec.field(10, "duration_nanos", &self.durationNanos)
            try codec.field(11, "period_type", &self.periodType)
            try codec.field(12, "period", &self.period)
            try codec.field(14, "default_sample_type", &self.defaultSampleType)
        }
    }

    /// What a value means.
    package struct ValueType: Message, Equatable {
        package static let messageName = "google.v1.ValueType"

        package var type: Int64 = 0
        package var unit: Int64 = 0

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "type", &self.type)
            try codec.field(2, "unit", &self.unit)
        }
    }

    /// A stack, leaf first, and its values.
    package struct Sample: Message, Equatable {
        package static let messageName = "google.v1.Sample"

        package var locationID: [UInt64] = []
        package var value: [Int64] = []

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "location_id", &self.locationID)
            try codec.field(2, "value", &self.value)
        }
    }

    /// A mapped binary or library.
    package struct Mapping: Message, Equatable {
        package static let messageName = "google.v1.Mapping"

        package var id: UInt64 = 0
        package var memoryStart: UInt64 = 0
        package var memoryLimit: UInt64 = 0
        package var fileOffset: UInt64 = 0
        package var filename: Int64 = 0
        package var buildID: Int64 = 0
        package var hasFunctions: Bool = false
        package var hasFilenames: Bool = false
        package var hasLineNumbers: Bool = false
        package var hasInlineFrames: Bool = false

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "id", &self.id)
            try codec.field(2, "memory_start", &self.memoryStart)
            try codec.field(3, "memory_limit", &self.memoryLimit)
            try codec.field(4, "file_offset", &self.fileOffset)
            try codec.field(5, "filename", &self.filename)
            try codec.field(6, "build_id", &self.buildID)
            try codec.field(7, "has_functions", &self.hasFunctions)
            try codec.field(8, "has_filenames", &self.hasFilenames)
            try codec.field(9, "has_line_numbers", &self.hasLineNumbers)
            try codec.field(10, "has_inline_frames", &self.hasInlineFrames)
        }
    }
}

extension GoogleV1 {
    /// A place in a program; inlined calls first.
    package struct Location: Message, Equatable {
        package static let messageName = "google.v1.Location"

        package var id: UInt64 = 0
        package var mappingID: UInt64 = 0
        package var address: UInt64 = 0
        package var line: [Line] = []
        package var isFolded: Bool = false

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "id", &self.id)
            try codec.field(2, "mapping_id", &self.mappingID)
            try codec.field(3, "address", &self.address)
            try codec.field(4, "line", &self.line)
            try codec.field(5, "is_folded", &self.isFolded)
        }
    }

    /// A line of a function.
    package struct Line: Message, Equatable {
        package static let messageName = "google.v1.Line"

        package var functionID: UInt64 = 0
        package var line: Int64 = 0

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "function_id", &self.functionID)
            try codec.field(2, "line", &self.line)
        }
    }

    /// A function.
    package struct Function: Message, Equatable {
        package static let messageName = "google.v1.Function"

        package var id: UInt64 = 0
        package var name: Int64 = 0
        package var systemName: Int64 = 0
        package var filename: Int64 = 0
        package var startLine: Int64 = 0

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "id", &self.id)
            try codec.field(2, "name", &self.name)
            try codec.field(3, "system_name", &self.systemName)
            try codec.field(4, "filename", &self.filename)
            try codec.field(5, "start_line", &self.startLine)
        }
    }
}
