// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Writes messages in the protobuf binary form, fields in the order of the list.
struct BinaryFieldWriter: FieldCodec {
    var output = ByteWriter()

    mutating func field<V: WireValue>(_ number: UInt32, _ name: String, _ value: inout V) {
        guard !value.isZero else { return }
        self.output.tag(number, V.wireKind)
        value.write(&self.output)
    }

    mutating func field<V: WireValue>(_ number: UInt32, _ name: String, _ value: inout V?) {
        guard let present = value else { return }
        self.output.tag(number, V.wireKind)
        present.write(&self.output)
    }

    mutating func field<V: WireValue>(
        _ number: UInt32,
        _ name: String,
        _ values: inout [V]
    ) {
        guard !values.isEmpty else { return }
        if V.wireKind == .lengthDelimited {
            for value in values {
                self.output.tag(number, .lengthDelimited)
                value.write(&self.output)
            }
        } else {
            self.output.tag(number, .lengthDelimited)
            let mark = self.output.beginNested()
            V.writeAll(values, &self.output)
            self.output.endNested(mark)
        }
    }

    mutating func field<M: Message>(_ number: UInt32, _ name: String, _ message: inout M?) {
        guard var present = message else { return }
        self.nested(number, &present)
    }

    mutating func field<M: Message>(
        _ number: UInt32,
        _ name: String,
        _ messages: inout [M]
    ) {
        for var message in messages { self.nested(number, &message) }
    }

    mutating func field<K: MapKey, V: WireValue>(
        _ number: UInt32,
        _ name: String,
        _ map: inout [K: V]
    ) {
        for (key, value) in map {
            var entry = MapEntry(key: key, value: value)
            self.nested(number, &entry)
        }
    }

    mutating func field<K: MapKey, M: Message>(
        _ number: UInt32,
        _ name: String,
        _ map: inout [K: M]
    ) {
        for (key, value) in map {
            var entry = MessageMapEntry(key: key, value: value)
            self.nested(number, &entry)
        }
    }

    private mutating func nested(_ number: UInt32, _ message: inout some Message) {
        self.output.tag(number, .lengthDelimited)
        let mark = self.output.beginNested()
        message.fields(&self)
        self.output.endNested(mark)
    }
}
