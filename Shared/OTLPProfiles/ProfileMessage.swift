// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProtobufWire

/// `Profile`.
struct ProfileMessage: Message {
    static let messageName = "opentelemetry.proto.profiles.v1development.Profile"

    var sampleType: ValueTypeMessage?
    var samples: [SampleMessage] = []
    var time = FixedNumber(0)
    var duration: UInt64 = 0
    var periodType: ValueTypeMessage?
    var period: Int64 = 0
    var id: HexBytes = HexBytes()

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "sample_type", &self.sampleType)
        try codec.field(2, "samples", &self.samples)
        try codec.field(3, "time_unix_nano", &self.time)
        try codec.field(4, "duration_nano", &self.duration)
        try codec.field(5, "period_type", &self.periodType)
        try codec.field(6, "period", &self.period)
        try codec.field(7, "profile_id", &self.id)
        // The name of release 1.8; never written.
        var older: [SampleMessage] = []
        try codec.field(102, "sample", &older)
        self.samples += older
    }
}

/// `ValueType`.
struct ValueTypeMessage: Message {
    static let messageName = "opentelemetry.proto.profiles.v1development.ValueType"

    var type: Int32 = 0
    var unit: Int32 = 0

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "type_strindex", &self.type)
        try codec.field(2, "unit_strindex", &self.unit)
    }
}

/// `Sample`.
struct SampleMessage: Message {
    static let messageName = "opentelemetry.proto.profiles.v1development.Sample"

    var stack: Int32 = 0
    var attributes: [Int32] = []
    /// Written even where it is 0: the order of the fields then shows (`ProfileLayout`).
    var link: Int32? = 0
    var values: [Int64] = []
    var timestamps: [FixedNumber] = []

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "stack_index", &self.stack)
        try codec.field(2, "attribute_indices", &self.attributes)
        try codec.field(3, "link_index", &self.link)
        try codec.field(4, "values", &self.values)
        try codec.field(5, "timestamps_unix_nano", &self.timestamps)
    }
}

/// A `fixed64`.
struct FixedNumber: WireValue {
    static var wireKind: WireKind { .fixed64 }
    static var zero: FixedNumber { FixedNumber(0) }
    var isZero: Bool { self.value == 0 }

    var value: UInt64

    init(_ value: UInt64) { self.value = value }

    static func read(_ cursor: inout WireCursor) throws(WireError) -> FixedNumber {
        FixedNumber(try cursor.fixed64())
    }

    func write(_ writer: inout ByteWriter) { writer.fixed64(self.value) }

    static func read(_ json: inout JSONReader, field: String) throws(JSONError) -> FixedNumber? {
        try UInt64.read(&json, field: field).map(FixedNumber.init)
    }

    func write(_ json: inout JSONWriter) { self.value.write(&json) }
}

/// An id: hexadecimal in OTLP's JSON, base64 in the JSON of protobuf.
struct HexBytes: WireValue {
    static var wireKind: WireKind { .lengthDelimited }
    static var zero: HexBytes { HexBytes() }
    var isZero: Bool { self.bytes.isEmpty }

    var bytes: [UInt8] = []

    static func read(_ cursor: inout WireCursor) throws(WireError) -> HexBytes {
        HexBytes(bytes: try cursor.copiedBytes())
    }

    func write(_ writer: inout ByteWriter) { writer.lengthDelimited(self.bytes) }

    /// 16 or 32 digits are hexadecimal: base64 of the right length has 12 or 24.
    static func read(_ json: inout JSONReader, field: String) throws(JSONError) -> HexBytes? {
        var probe = json
        let text = try String.read(&probe, field: field) ?? ""
        if text.utf8.count == 16 || text.utf8.count == 32, let bytes = HexText.decode(text) {
            json = probe
            return HexBytes(bytes: bytes)
        }
        return try [UInt8].read(&json, field: field).map { HexBytes(bytes: $0) }
    }

    func write(_ json: inout JSONWriter) { self.bytes.write(&json) }
}
