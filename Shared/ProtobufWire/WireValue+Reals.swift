// SPDX-License-Identifier: Apache-2.0
package import ByteCoding

extension Double: WireValue {
    package static var wireKind: WireKind { .fixed64 }
    /// Negative zero is a value of its own.
    package var isZero: Bool { self.bitPattern == 0 }

    package static func read(_ cursor: inout WireCursor) throws(WireError) -> Double {
        Double(bitPattern: try cursor.fixed64())
    }

    package func write(_ writer: inout ByteWriter) { writer.fixed64(self.bitPattern) }

    package static func read(_ json: inout JSONReader, field: String) throws(JSONError) -> Double? {
        try json.real(Double.self, kind: "double", field: field)
    }

    package func write(_ json: inout JSONWriter) { json.real(self, self.description) }
}

extension Float: WireValue {
    package static var wireKind: WireKind { .fixed32 }
    /// Negative zero is a value of its own.
    package var isZero: Bool { self.bitPattern == 0 }

    package static func read(_ cursor: inout WireCursor) throws(WireError) -> Float {
        Float(bitPattern: try cursor.fixed32())
    }

    package func write(_ writer: inout ByteWriter) { writer.fixed32(self.bitPattern) }

    package static func read(_ json: inout JSONReader, field: String) throws(JSONError) -> Float? {
        try json.real(Float.self, kind: "float", field: field)
    }

    package func write(_ json: inout JSONWriter) { json.real(Double(self), self.description) }
}
