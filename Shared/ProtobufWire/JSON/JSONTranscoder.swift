// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Turns proto3 JSON into the binary form value by value, without a message in memory: what it takes is the
/// text and what comes out of it.
///
/// As lenient as `Message.init(json:)`: unknown names are skipped, `null` is absent, integers may be strings.
/// Values are written even where they are the default.
package struct JSONTranscoder {
    private var input: JSONReader
    private var output = ByteWriter()
    private let limits: CodecLimits
    private var depth = 0
    private var elementCount = 0

    /// The binary form of one object of this shape, and nothing behind it.
    package static func binary(
        _ json: [UInt8],
        _ shape: JSONShape,
        limits: CodecLimits
    ) throws(JSONError) -> [UInt8] {
        var transcoder = Self(input: JSONReader(json), limits: limits)
        guard try transcoder.input.peek() == UInt8(ascii: "{") else {
            throw transcoder.input.unexpectedToken()
        }
        try transcoder.object(shape)
        guard transcoder.input.isAtEnd() else { throw transcoder.input.unexpectedToken() }
        return transcoder.output.bytes
    }

    private init(input: JSONReader, limits: CodecLimits) {
        self.input = input
        self.limits = limits
    }

    private mutating func object(_ shape: JSONShape) throws(JSONError) {
        /// One bit per field of the shape that was read.
        var seen: UInt64 = 0
        var more = try self.open(UInt8(ascii: "{"), UInt8(ascii: "}"))
        while more {
            if let place = shape.place(of: try self.key()) {
                let field = shape.fields[place]
                guard seen & 1 << UInt64(place) == 0 else {
                    throw self.input.error(.duplicateField(field.name))
                }
                seen |= 1 << UInt64(place)
                try self.input.expect(UInt8(ascii: ":"))
                if try !self.input.takeNull() { try self.write(field) }
            } else {
                try self.input.expect(UInt8(ascii: ":"))
                try self.input.skipValue(depth: self.depth, limit: self.limits.jsonDepthMax)
            }
            more = try self.more(UInt8(ascii: "}"))
        }
    }

    private mutating func key() throws(JSONError) -> ArraySlice<UInt8> {
        guard try self.input.peek() == UInt8(ascii: "\"") else { throw self.input.unexpectedToken() }
        let start = self.input.position
        let (range, isEscaped) = try self.input.stringRange()
        guard isEscaped else { return self.input.bytes[range] }
        self.input.position = start
        return Array(try self.input.text().utf8)[...]
    }

    private mutating func write(_ field: JSONShape.Field) throws(JSONError) {
        switch field.form {
        case .one: return try self.writeField(field)
        case .either where try self.input.peek() != UInt8(ascii: "["): return try self.writeField(field)
        case .many, .either: try self.writeList(field)
        }
    }

    private mutating func writeList(_ field: JSONShape.Field) throws(JSONError) {
        var more = try self.open(UInt8(ascii: "["), UInt8(ascii: "]"))
        guard more else { return }
        let isPacked =
            switch field.value {
            case .int32, .int64, .uint64, .fixed64: true
            case .text, .bytes, .message: false
            }
        if isPacked { self.output.tag(field.number, .lengthDelimited) }
        let mark = isPacked ? self.output.beginNested() : 0
        while more {
            guard self.elementCount < self.limits.elementCountMax else {
                throw self.input.error(.tooManyElements(limit: self.limits.elementCountMax))
            }
            self.elementCount += 1
            if isPacked { try self.writeNumber(field) } else { try self.writeField(field) }
            more = try self.more(UInt8(ascii: "]"))
        }
        if isPacked { self.output.endNested(mark) }
    }

    private mutating func writeField(_ field: JSONShape.Field) throws(JSONError) {
        switch field.value {
        case .int32, .int64, .uint64:
            self.output.tag(field.number, .varint)
            try self.writeNumber(field)
        case .fixed64:
            self.output.tag(field.number, .fixed64)
            try self.writeNumber(field)
        case .text:
            guard try self.input.peek() == UInt8(ascii: "\"") else {
                throw self.input.invalidValue("string", field.name)
            }
            self.output.tag(field.number, .lengthDelimited)
            self.output.text(try self.input.text())
        case .bytes(let special):
            let before = self.input
            guard try self.input.peek() == UInt8(ascii: "\"") else {
                throw self.input.invalidValue("bytes", field.name)
            }
            let (range, _) = try self.input.stringRange()
            self.output.tag(field.number, .lengthDelimited)
            if let bytes = special(self.input.bytes[range]) { return self.output.lengthDelimited(bytes) }
            self.input = before
            self.output.lengthDelimited(try self.input.base64(field: field.name))
        case .message(let shape):
            self.output.tag(field.number, .lengthDelimited)
            let mark = self.output.beginNested()
            try self.object(shape())
            self.output.endNested(mark)
        }
    }

    /// The value of a number without its tag.
    private mutating func writeNumber(_ field: JSONShape.Field) throws(JSONError) {
        switch field.value {
        case .int32:
            let value = try self.input.integer(Int32.self, kind: "int32", field: field.name)
            self.output.varint(UInt64(bitPattern: Int64(value)))
        case .int64:
            let value = try self.input.integer(Int64.self, kind: "int64", field: field.name)
            self.output.varint(UInt64(bitPattern: value))
        case .uint64:
            self.output.varint(try self.input.integer(UInt64.self, kind: "uint64", field: field.name))
        case .fixed64:
            self.output.fixed64(try self.input.integer(UInt64.self, kind: "uint64", field: field.name))
        case .text, .bytes, .message: break
        }
    }

    /// Opens a list or an object; false when it is empty, and then closed too.
    private mutating func open(_ opening: UInt8, _ closing: UInt8) throws(JSONError) -> Bool {
        try self.input.expect(opening)
        guard self.depth < self.limits.jsonDepthMax else {
            throw self.input.error(.nestedTooDeep(limit: self.limits.jsonDepthMax))
        }
        if try self.input.take(closing) { return false }
        self.depth += 1
        return true
    }

    /// Reads the comma before another element, or the end of the list or object.
    private mutating func more(_ closing: UInt8) throws(JSONError) -> Bool {
        if try self.input.take(UInt8(ascii: ",")) { return true }
        try self.input.expect(closing)
        self.depth -= 1
        return false
    }
}
