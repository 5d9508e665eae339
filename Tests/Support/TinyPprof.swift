// SPDX-License-Identifier: Apache-2.0

/// A CPU profile in pprof, written by hand: one stack of function names, leaf first, with one value.
package struct TinyPprof {
    package var stack: [String]
    package var nanoseconds: Int64
    package var timeNanoseconds: Int64

    /// A profile taken at `timeNanoseconds` whose one stack ran for `nanoseconds`.
    package init(_ stack: [String], nanoseconds: Int64, timeNanoseconds: Int64) {
        self.stack = stack
        self.nanoseconds = nanoseconds
        self.timeNanoseconds = timeNanoseconds
    }

    /// The plain bytes.
    package var bytes: [UInt8] {
        let type = Self.number(1, 1) + Self.number(2, 2)
        var out = Self.message(1, type)
        var sample: [UInt8] = []
        for index in self.stack.indices { sample += Self.number(1, index + 1) }
        out += Self.message(2, sample + Self.number(2, Int(self.nanoseconds)))
        for index in self.stack.indices {
            let line = Self.message(4, Self.number(1, index + 1))
            out += Self.message(4, Self.number(1, index + 1) + line)
            out += Self.message(5, Self.number(1, index + 1) + Self.number(2, index + 3))
        }
        for text in ["", "cpu", "nanoseconds"] + self.stack { out += Self.message(6, Array(text.utf8)) }
        out += Self.number(9, Int(self.timeNanoseconds))
        return out + Self.message(11, type)
    }

    /// The bytes of a varint.
    package static func varint(_ value: Int) -> [UInt8] {
        var rest = UInt64(bitPattern: Int64(value))
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    /// A varint field.
    package static func number(_ field: Int, _ value: Int) -> [UInt8] {
        Self.varint(field << 3) + Self.varint(value)
    }

    /// A field of bytes with their count.
    package static func message(_ field: Int, _ bytes: [UInt8]) -> [UInt8] {
        Self.varint(field << 3 | 2) + Self.varint(bytes.count) + bytes
    }
}
