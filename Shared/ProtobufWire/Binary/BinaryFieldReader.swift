// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Reads messages from the protobuf binary form.
///
/// Walks the message's field list with the next tag in hand: a field that is asked for takes its value and
/// fetches the next tag, so fields in the usual order cost one walk. A walk that takes nothing met an unknown
/// field.
struct BinaryFieldReader: FieldCodec {
    private let bytes: [UInt8]
    private let limits: CodecLimits
    /// Where the next read begins, and where the message that is being read ends.
    private var position = 0
    private var end: Int
    /// The tag that waits for its field; nil at the end of the message.
    private var next: WireTag?
    private var depth = 0
    private var elementCount = 0

    init(_ bytes: [UInt8], limits: CodecLimits) {
        self.bytes = bytes
        self.limits = limits
        self.end = bytes.count
    }

    /// Reads fields up to `end` into `message`.
    mutating func read(into message: inout some Message) throws(CodecError) {
        try self.advance()
        while let tag = self.next {
            let before = self.position
            try message.fields(&self)
            guard self.next == tag, self.position == before else { continue }
            try self.skip(tag)
        }
    }

    mutating func field<V: WireValue>(_ number: UInt32, _ name: String, _ value: inout V) throws(CodecError) {
        while let tag = self.next, tag.field == number {
            value = try self.value(tag, name)
            try self.advance()
        }
    }

    mutating func field<V: WireValue>(_ number: UInt32, _ name: String, _ value: inout V?) throws(CodecError)
    {
        while let tag = self.next, tag.field == number {
            value = try self.value(tag, name) as V
            try self.advance()
        }
    }

    mutating func field<V: WireValue>(
        _ number: UInt32,
        _ name: String,
        _ values: inout [V]
    ) throws(CodecError) {
        while let tag = self.next, tag.field == number {
            if tag.kind == .lengthDelimited, V.wireKind != .lengthDelimited {
                try self.packed(&values)
            } else {
                try self.countElement()
                values.append(try self.value(tag, name))
            }
            try self.advance()
        }
    }

    mutating func field<M: Message>(_ number: UInt32, _ name: String, _ message: inout M?) throws(CodecError)
    {
        while let tag = self.next, tag.field == number {
            var merged = message ?? M()
            message = nil
            try self.nested(tag, name, &merged)
            message = merged
        }
    }

    mutating func field<M: Message>(
        _ number: UInt32,
        _ name: String,
        _ messages: inout [M]
    ) throws(CodecError) {
        while let tag = self.next, tag.field == number {
            try self.countElement()
            var message = M()
            try self.nested(tag, name, &message)
            messages.append(message)
        }
    }

    mutating func field<K: MapKey, V: WireValue>(
        _ number: UInt32,
        _ name: String,
        _ map: inout [K: V]
    ) throws(CodecError) {
        while let tag = self.next, tag.field == number {
            try self.countElement()
            var entry = MapEntry<K, V>()
            try self.nested(tag, name, &entry)
            map[entry.key] = entry.value
        }
    }

    mutating func field<K: MapKey, M: Message>(
        _ number: UInt32,
        _ name: String,
        _ map: inout [K: M]
    ) throws(CodecError) {
        while let tag = self.next, tag.field == number {
            try self.countElement()
            var entry = MessageMapEntry<K, M>()
            try self.nested(tag, name, &entry)
            map[entry.key] = entry.value ?? M()
        }
    }
}

extension BinaryFieldReader {
    private mutating func countElement() throws(CodecError) {
        guard self.elementCount < self.limits.elementCountMax else {
            throw .tooManyElements(limit: self.limits.elementCountMax)
        }
        self.elementCount += 1
    }

    private mutating func value<V: WireValue>(_ tag: WireTag, _ name: String) throws(CodecError) -> V {
        guard tag.kind == V.wireKind else { throw .wrongKind(field: name, kind: tag.kind) }
        var cursor = WireCursor(self.bytes.span, in: self.position..<self.end)
        do {
            let value = try V.read(&cursor)
            self.position = cursor.offset
            return value
        } catch { throw .wire(error) }
    }

    private mutating func packed<V: WireValue>(_ values: inout [V]) throws(CodecError) {
        let limit = self.limits.elementCountMax
        let before = values.count
        let offset: Int
        let isWhole: Bool
        do {
            var outer = WireCursor(self.bytes.span, in: self.position..<self.end)
            var cursor = try outer.nested()
            try V.readAll(&cursor, into: &values, limit: limit - self.elementCount)
            offset = cursor.offset
            isWhole = cursor.isAtEnd
        } catch { throw .wire(error) }
        guard isWhole else { throw .tooManyElements(limit: limit) }
        self.elementCount += values.count - before
        self.position = offset
    }

    /// Reads one nested message, then the tag behind it.
    private mutating func nested(
        _ tag: WireTag,
        _ name: String,
        _ message: inout some Message
    ) throws(CodecError) {
        guard tag.kind == .lengthDelimited else { throw .wrongKind(field: name, kind: tag.kind) }
        guard self.depth < self.limits.messageDepthMax else {
            throw .nestedTooDeep(limit: self.limits.messageDepthMax)
        }
        let range: Range<Int>
        do {
            var cursor = WireCursor(self.bytes.span, in: self.position..<self.end)
            range = try cursor.range()
        } catch { throw .wire(error) }
        let outerEnd = self.end
        self.depth += 1
        self.position = range.lowerBound
        self.end = range.upperBound
        try self.read(into: &message)
        self.depth -= 1
        self.end = outerEnd
        try self.advance()
    }

    /// Fetches the next tag.
    private mutating func advance() throws(CodecError) {
        var cursor = WireCursor(self.bytes.span, in: self.position..<self.end)
        do {
            let tag = try cursor.tag()
            let offset = cursor.offset
            self.next = tag
            self.position = offset
        } catch { throw .wire(error) }
    }

    private mutating func skip(_ tag: WireTag) throws(CodecError) {
        var cursor = WireCursor(self.bytes.span, in: self.position..<self.end)
        do {
            try cursor.skip(tag)
            self.position = cursor.offset
        } catch { throw .wire(error) }
        try self.advance()
    }
}
