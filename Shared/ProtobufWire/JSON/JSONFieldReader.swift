// SPDX-License-Identifier: Apache-2.0

/// Reads messages from proto3 JSON, leniently where clients need it (spec/query 1.4).
///
/// Walks the message's field list with the next key in hand, like `BinaryFieldReader` with a tag.
struct JSONFieldReader: FieldCodec {
    private var input: JSONReader
    private let limits: CodecLimits
    /// The key that waits for its field; nil at the end of the object.
    private var key: String?
    /// Fields of the current object that were read already.
    private var seen: [UInt32] = []
    private var depth = 0
    private var elementCount = 0

    init(_ bytes: [UInt8], limits: CodecLimits) {
        self.input = JSONReader(bytes)
        self.limits = limits
    }

    /// Reads one object that makes up the whole input.
    mutating func readDocument(into message: inout some Message) throws(CodecError) {
        do throws(JSONError) {
            guard try self.input.peek() == UInt8(ascii: "{") else { throw self.input.unexpectedToken() }
        } catch { throw .json(error) }
        try self.object(into: &message)
        guard self.input.isAtEnd() else { throw .json(self.input.unexpectedToken()) }
    }

    mutating func field<V: WireValue>(_ number: UInt32, _ name: String, _ value: inout V) throws(CodecError) {
        guard try self.begin(number, name) else { return }
        if let read = try self.value(name) as V? { value = read }
        try self.advance()
    }

    mutating func field<V: WireValue>(_ number: UInt32, _ name: String, _ value: inout V?) throws(CodecError)
    {
        guard try self.begin(number, name) else { return }
        if let read = try self.value(name) as V? { value = read }
        try self.advance()
    }

    mutating func field<V: WireValue>(
        _ number: UInt32,
        _ name: String,
        _ values: inout [V]
    ) throws(CodecError) {
        guard try self.begin(number, name) else { return }
        var more = try self.open(UInt8(ascii: "["), UInt8(ascii: "]"))
        while more {
            try self.countElement()
            if let read = try self.value(name) as V? { values.append(read) }
            more = try self.more(UInt8(ascii: "]"))
        }
        try self.advance()
    }

    mutating func field<M: Message>(_ number: UInt32, _ name: String, _ message: inout M?) throws(CodecError)
    {
        guard try self.begin(number, name) else { return }
        var read = message ?? M()
        try self.object(into: &read)
        message = read
        try self.advance()
    }

    mutating func field<M: Message>(
        _ number: UInt32,
        _ name: String,
        _ messages: inout [M]
    ) throws(CodecError) {
        guard try self.begin(number, name) else { return }
        var more = try self.open(UInt8(ascii: "["), UInt8(ascii: "]"))
        while more {
            try self.countElement()
            var message = M()
            try self.object(into: &message)
            messages.append(message)
            more = try self.more(UInt8(ascii: "]"))
        }
        try self.advance()
    }

    mutating func field<K: MapKey, V: WireValue>(
        _ number: UInt32,
        _ name: String,
        _ map: inout [K: V]
    ) throws(CodecError) {
        guard try self.begin(number, name) else { return }
        var more = try self.open(UInt8(ascii: "{"), UInt8(ascii: "}"))
        while more {
            let key: K = try self.mapKey(name)
            if let read = try self.value(name) as V? { map[key] = read }
            more = try self.more(UInt8(ascii: "}"))
        }
        try self.advance()
    }

    mutating func field<K: MapKey, M: Message>(
        _ number: UInt32,
        _ name: String,
        _ map: inout [K: M]
    ) throws(CodecError) {
        guard try self.begin(number, name) else { return }
        var more = try self.open(UInt8(ascii: "{"), UInt8(ascii: "}"))
        while more {
            let key: K = try self.mapKey(name)
            var message = M()
            try self.object(into: &message)
            map[key] = message
            more = try self.more(UInt8(ascii: "}"))
        }
        try self.advance()
    }
}

extension JSONFieldReader {
    /// Reads an object into `message`; the state of the object around it is kept.
    private mutating func object(into message: inout some Message) throws(CodecError) {
        let outerSeen = self.seen
        self.seen = []
        if try self.open(UInt8(ascii: "{"), UInt8(ascii: "}")) {
            try self.readKey()
            while let key = self.key {
                let before = self.input.position
                try message.fields(&self)
                guard self.input.position == before, self.key != nil else { continue }
                try self.skip(key)
            }
        }
        self.seen = outerSeen
    }

    /// Whether the key in hand names this field and a value follows; `null` counts as absent.
    private mutating func begin(_ number: UInt32, _ name: String) throws(CodecError) -> Bool {
        while let key = self.key, JSONFieldName.matches(key, name) {
            guard !self.seen.contains(number) else { throw .json(self.input.error(.duplicateField(key))) }
            self.seen.append(number)
            do throws(JSONError) {
                guard try self.input.takeNull() else { return true }
            } catch { throw .json(error) }
            try self.advance()
        }
        return false
    }

    /// Opens a list or an object; false when it is empty, and then closed too.
    private mutating func open(_ opening: UInt8, _ closing: UInt8) throws(CodecError) -> Bool {
        do throws(JSONError) {
            try self.input.expect(opening)
            guard self.depth < self.limits.jsonDepthMax else {
                throw self.input.error(.nestedTooDeep(limit: self.limits.jsonDepthMax))
            }
            if try self.input.take(closing) { return false }
            self.depth += 1
            return true
        } catch { throw .json(error) }
    }

    /// Reads the comma before another element, or the end of the list or object.
    private mutating func more(_ closing: UInt8) throws(CodecError) -> Bool {
        do throws(JSONError) {
            if try self.input.take(UInt8(ascii: ",")) { return true }
            try self.input.expect(closing)
            self.depth -= 1
            return false
        } catch { throw .json(error) }
    }

    /// Goes on to the next key of the object, if there is one.
    private mutating func advance() throws(CodecError) {
        if try self.more(UInt8(ascii: "}")) { try self.readKey() } else { self.key = nil }
    }

    private mutating func readKey() throws(CodecError) {
        do throws(JSONError) {
            self.key = try self.input.text()
            try self.input.expect(UInt8(ascii: ":"))
        } catch { throw .json(error) }
    }

    private mutating func mapKey<K: MapKey>(_ name: String) throws(CodecError) -> K {
        try self.countElement()
        do throws(JSONError) {
            let text = try self.input.text()
            guard let key = K(jsonKey: text) else { throw self.input.invalidValue("map key of", name) }
            try self.input.expect(UInt8(ascii: ":"))
            return key
        } catch { throw .json(error) }
    }

    private mutating func value<V: WireValue>(_ name: String) throws(CodecError) -> V? {
        do throws(JSONError) { return try V.read(&self.input, field: name) } catch {
            throw .json(error)
        }
    }

    private mutating func skip(_ key: String) throws(CodecError) {
        do throws(JSONError) {
            guard self.limits.ignoresUnknownFields else {
                throw self.input.error(.unknownField(String(key.prefix(64))))
            }
            try self.input.skipValue(depth: self.depth, limit: self.limits.jsonDepthMax)
        } catch { throw .json(error) }
        try self.advance()
    }

    private mutating func countElement() throws(CodecError) {
        guard self.elementCount < self.limits.elementCountMax else {
            throw .json(self.input.error(.tooManyElements(limit: self.limits.elementCountMax)))
        }
        self.elementCount += 1
    }
}

/// Names of fields in JSON.
enum JSONFieldName {
    /// Whether `key` is the name of the `.proto` file or its lowerCamelCase form.
    static func matches(_ key: String, _ name: String) -> Bool {
        if key == name { return true }
        var left = key.utf8.makeIterator()
        var raise = false
        for byte in name.utf8 {
            guard byte != UInt8(ascii: "_") else {
                raise = true
                continue
            }
            let lower = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
            guard left.next() == (raise && lower ? byte & 0xDF : byte) else { return false }
            raise = false
        }
        return left.next() == nil
    }

    /// The lowerCamelCase form of `name`.
    static func lowerCamel(_ name: String) -> String {
        guard name.utf8.contains(UInt8(ascii: "_")) else { return name }
        var writer = JSONWriter()
        writer.key(name)
        return String(decoding: writer.bytes.dropFirst().dropLast(2), as: UTF8.self)
    }
}
