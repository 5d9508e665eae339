// SPDX-License-Identifier: Apache-2.0
import ByteCoding

/// A pprof written by hand: one CPU sample of one function.
struct SmallPprof {
    var function: String
    var nanoseconds: UInt64

    /// The plain bytes.
    var bytes: [UInt8] {
        var writer = ByteWriter()
        Self.message(1, [(1, 1), (2, 2)], to: &writer)
        Self.message(2, [(1, 1), (2, self.nanoseconds)], to: &writer)
        writer.tag(4, .lengthDelimited)
        writer.nested { location in
            location.tag(1, .varint)
            location.varint(1)
            Self.message(4, [(1, 1)], to: &location)
        }
        Self.message(5, [(1, 1), (2, 3)], to: &writer)
        for text in ["", "cpu", "nanoseconds", self.function] {
            writer.tag(6, .lengthDelimited)
            writer.nested { $0.raw(Array(text.utf8)) }
        }
        Self.message(11, [(1, 1), (2, 2)], to: &writer)
        return writer.bytes
    }

    private static func message(_ number: UInt32, _ fields: [(UInt32, UInt64)], to writer: inout ByteWriter) {
        writer.tag(number, .lengthDelimited)
        writer.nested { message in
            for (field, value) in fields {
                message.tag(field, .varint)
                message.varint(value)
            }
        }
    }
}
