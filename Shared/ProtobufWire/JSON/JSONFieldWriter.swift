// SPDX-License-Identifier: Apache-2.0

/// Writes messages as proto3 JSON (spec/query 1.4).
struct JSONFieldWriter: FieldCodec {
    typealias Failure = Never

    var output = JSONWriter()
    /// Whether the next field is the first of its object.
    private var isFirst = true

    /// Writes `message` as an object.
    mutating func object(_ message: inout some Message) {
        let outer = self.isFirst
        self.output.byte(UInt8(ascii: "{"))
        self.isFirst = true
        message.fields(&self)
        self.isFirst = outer
        self.output.byte(UInt8(ascii: "}"))
    }

    mutating func field<V: WireValue>(_ number: UInt32, _ name: String, _ value: inout V) {
        guard !value.isZero else { return }
        self.key(name)
        value.write(&self.output)
    }

    mutating func field<V: WireValue>(_ number: UInt32, _ name: String, _ value: inout V?) {
        guard let present = value else { return }
        self.key(name)
        present.write(&self.output)
    }

    mutating func field<V: WireValue>(_ number: UInt32, _ name: String, _ values: inout [V]) {
        guard !values.isEmpty else { return }
        self.key(name)
        self.output.byte(UInt8(ascii: "["))
        V.writeAll(values, &self.output)
        self.output.byte(UInt8(ascii: "]"))
    }

    mutating func field<M: Message>(_ number: UInt32, _ name: String, _ message: inout M?) {
        guard var present = message else { return }
        self.key(name)
        self.object(&present)
    }

    mutating func field<M: Message>(_ number: UInt32, _ name: String, _ messages: inout [M]) {
        guard !messages.isEmpty else { return }
        self.key(name)
        self.output.byte(UInt8(ascii: "["))
        for index in messages.indices {
            if index > 0 { self.output.byte(UInt8(ascii: ",")) }
            var message = messages[index]
            self.object(&message)
        }
        self.output.byte(UInt8(ascii: "]"))
    }

    mutating func field<K: MapKey, V: WireValue>(_ number: UInt32, _ name: String, _ map: inout [K: V]) {
        guard !map.isEmpty else { return }
        self.key(name)
        var separator = UInt8(ascii: "{")
        for (key, value) in map {
            self.entry(key, &separator)
            value.write(&self.output)
        }
        self.output.byte(UInt8(ascii: "}"))
    }

    mutating func field<K: MapKey, M: Message>(_ number: UInt32, _ name: String, _ map: inout [K: M]) {
        guard !map.isEmpty else { return }
        self.key(name)
        var separator = UInt8(ascii: "{")
        for (key, value) in map {
            self.entry(key, &separator)
            var message = value
            self.object(&message)
        }
        self.output.byte(UInt8(ascii: "}"))
    }

    private mutating func key(_ name: String) {
        if !self.isFirst { self.output.byte(UInt8(ascii: ",")) }
        self.isFirst = false
        self.output.key(name)
    }

    private mutating func entry(_ key: some MapKey, _ separator: inout UInt8) {
        self.output.byte(separator)
        separator = UInt8(ascii: ",")
        self.output.text(key.jsonKey)
        self.output.byte(UInt8(ascii: ":"))
    }
}
