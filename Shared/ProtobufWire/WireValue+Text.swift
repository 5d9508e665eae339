// SPDX-License-Identifier: Apache-2.0
package import ByteCoding

extension String: MapKey {
    package static var wireKind: WireKind { .lengthDelimited }
    package static var zero: String { "" }
    package var isZero: Bool { self.isEmpty }

    package static func read(_ cursor: inout WireCursor) throws(WireError) -> String { try cursor.text() }
    package func write(_ writer: inout ByteWriter) { writer.text(self) }

    package static func read(_ json: inout JSONReader, field: String) throws(JSONError) -> String? {
        guard try json.peek() == UInt8(ascii: "\"") else { throw json.invalidValue("string", field) }
        return try json.text()
    }

    package func write(_ json: inout JSONWriter) { json.text(self) }

    package init?(jsonKey: String) { self = jsonKey }
    package var jsonKey: String { self }
}

/// `bytes` fields; base64 in JSON.
extension [UInt8]: WireValue {
    package static var wireKind: WireKind { .lengthDelimited }
    package static var zero: [UInt8] { [] }
    package var isZero: Bool { self.isEmpty }

    package static func read(_ cursor: inout WireCursor) throws(WireError) -> [UInt8] {
        try cursor.copiedBytes()
    }

    package func write(_ writer: inout ByteWriter) { writer.lengthDelimited(self) }

    package static func read(_ json: inout JSONReader, field: String) throws(JSONError) -> [UInt8]? {
        try json.base64(field: field)
    }

    package func write(_ json: inout JSONWriter) { json.base64(self) }
}
