// SPDX-License-Identifier: Apache-2.0
package import ByteCoding

extension Int64: MapKey {
    package static var wireKind: WireKind { .varint }
    package var isZero: Bool { self == 0 }

    package static func read(_ cursor: inout WireCursor) throws(WireError) -> Int64 {
        Int64(bitPattern: try cursor.varint())
    }

    package func write(_ writer: inout ByteWriter) { writer.varint(UInt64(bitPattern: self)) }

    package static func read(_ json: inout JSONReader, field: String) throws(JSONError) -> Int64? {
        try json.integer(Int64.self, kind: "int64", field: field)
    }

    package func write(_ json: inout JSONWriter) { json.quotedDigits(self) }

    /// Appends `values` in quotes, with commas between them.
    package static func writeAll(_ values: [Self], _ json: inout JSONWriter) { json.quotedDigits(values) }

    package init?(jsonKey: String) { self.init(jsonKey) }
    package var jsonKey: String { String(self) }
}

extension UInt64: MapKey {
    package static var wireKind: WireKind { .varint }
    package var isZero: Bool { self == 0 }

    package static func read(_ cursor: inout WireCursor) throws(WireError) -> UInt64 { try cursor.varint() }
    package func write(_ writer: inout ByteWriter) { writer.varint(self) }

    package static func read(_ json: inout JSONReader, field: String) throws(JSONError) -> UInt64? {
        try json.integer(UInt64.self, kind: "uint64", field: field)
    }

    package func write(_ json: inout JSONWriter) { json.quotedDigits(self) }

    package init?(jsonKey: String) { self.init(jsonKey) }
    package var jsonKey: String { String(self) }
}

extension Int32: MapKey {
    package static var wireKind: WireKind { .varint }
    package var isZero: Bool { self == 0 }

    /// Keeps the low 32 bits, as every protobuf implementation does.
    package static func read(_ cursor: inout WireCursor) throws(WireError) -> Int32 {
        Int32(truncatingIfNeeded: try cursor.varint())
    }

    package func write(_ writer: inout ByteWriter) { Int64(self).write(&writer) }

    package static func read(_ json: inout JSONReader, field: String) throws(JSONError) -> Int32? {
        try json.integer(Int32.self, kind: "int32", field: field)
    }

    package func write(_ json: inout JSONWriter) { json.digits(Int64(self)) }

    package init?(jsonKey: String) { self.init(jsonKey) }
    package var jsonKey: String { String(self) }
}

extension UInt32: MapKey {
    package static var wireKind: WireKind { .varint }
    package var isZero: Bool { self == 0 }

    /// Keeps the low 32 bits, as every protobuf implementation does.
    package static func read(_ cursor: inout WireCursor) throws(WireError) -> UInt32 {
        UInt32(truncatingIfNeeded: try cursor.varint())
    }

    package func write(_ writer: inout ByteWriter) { writer.varint(UInt64(self)) }

    package static func read(_ json: inout JSONReader, field: String) throws(JSONError) -> UInt32? {
        try json.integer(UInt32.self, kind: "uint32", field: field)
    }

    package func write(_ json: inout JSONWriter) { json.digits(Int64(self)) }

    package init?(jsonKey: String) { self.init(jsonKey) }
    package var jsonKey: String { String(self) }
}

extension Bool: MapKey {
    package static var wireKind: WireKind { .varint }
    package static var zero: Bool { false }
    package var isZero: Bool { !self }

    package static func read(_ cursor: inout WireCursor) throws(WireError) -> Bool {
        try cursor.varint() != 0
    }
    package func write(_ writer: inout ByteWriter) { writer.byte(self ? 1 : 0) }

    package static func read(_ json: inout JSONReader, field: String) throws(JSONError) -> Bool? {
        try json.boolean(field: field)
    }

    package func write(_ json: inout JSONWriter) { json.raw(self ? "true" : "false") }

    package init?(jsonKey: String) { self.init(jsonKey) }
    package var jsonKey: String { String(self) }
}
