// SPDX-License-Identifier: Apache-2.0
package import ByteCoding

/// A value of a protobuf field that is not a message, in both encodings.
package protocol WireValue: Sendable {
    /// The layout of the value in binary.
    static var wireKind: WireKind { get }
    /// What an absent field holds.
    static var zero: Self { get }
    /// Whether the value need not be written.
    var isZero: Bool { get }

    /// Reads the binary form.
    static func read(_ cursor: inout WireCursor) throws(WireError) -> Self
    /// Appends the binary form.
    func write(_ writer: inout ByteWriter)

    /// Reads the JSON form; `field` is for the error. Nil when the value shall be ignored (an unknown
    /// enumeration name).
    static func read(_ json: inout JSONReader, field: String) throws(JSONError) -> Self?
    /// Appends the JSON form.
    func write(_ json: inout JSONWriter)

    /// Reads values to the end of `cursor`, but at most `limit`.
    static func readAll(_ cursor: inout WireCursor, into values: inout [Self], limit: Int) throws(WireError)
    /// Appends the binary form of `values`, one after the other.
    static func writeAll(_ values: [Self], _ writer: inout ByteWriter)
    /// Appends the JSON forms of `values`, with commas between them.
    static func writeAll(_ values: [Self], _ json: inout JSONWriter)
}

/// Lists are loops of their own, so that they are compiled for each type of number, not for any.
extension WireValue {
    /// Reads values to the end of `cursor`, but at most `limit`.
    package static func readAll(
        _ cursor: inout WireCursor,
        into values: inout [Self],
        limit: Int
    ) throws(WireError) {
        var room = limit
        while room > 0, !cursor.isAtEnd {
            values.append(try Self.read(&cursor))
            room -= 1
        }
    }

    /// Appends the binary form of `values`, one after the other.
    package static func writeAll(_ values: [Self], _ writer: inout ByteWriter) {
        for value in values { value.write(&writer) }
    }

    /// Appends the JSON forms of `values`, with commas between them.
    package static func writeAll(_ values: [Self], _ json: inout JSONWriter) {
        var isFirst = true
        for value in values {
            if !isFirst { json.byte(UInt8(ascii: ",")) }
            isFirst = false
            value.write(&json)
        }
    }
}

/// A value that may be the key of a map.
package protocol MapKey: WireValue, Hashable {
    /// Reads the key of a JSON object.
    init?(jsonKey: String)
    /// The key of a JSON object.
    var jsonKey: String { get }
}

/// An enumeration; unknown numbers are kept, unknown names in JSON are ignored (spec/query 1.4).
package protocol WireEnum: WireValue, Hashable {
    /// Numbers and names as declared in the `.proto` file.
    static var names: [(number: Int32, name: String)] { get }
    /// The number on the wire.
    var number: Int32 { get }
    /// A value of that number, known or not.
    init(number: Int32)
}

extension WireEnum {
    package static var wireKind: WireKind { .varint }
    package static var zero: Self { Self(number: 0) }
    package var isZero: Bool { self.number == 0 }

    package static func read(_ cursor: inout WireCursor) throws(WireError) -> Self {
        Self(number: try Int32.read(&cursor))
    }

    package func write(_ writer: inout ByteWriter) { self.number.write(&writer) }

    package static func read(_ json: inout JSONReader, field: String) throws(JSONError) -> Self? {
        guard try json.peek() == UInt8(ascii: "\"") else {
            return Self(number: try json.integer(Int32.self, kind: "enum", field: field))
        }
        let name = try json.text()
        return Self.names.first { $0.name == name }.map { Self(number: $0.number) }
    }

    package func write(_ json: inout JSONWriter) {
        if let known = Self.names.first(where: { $0.number == self.number }) {
            json.text(known.name)
        } else {
            json.digits(Int64(self.number))
        }
    }
}
