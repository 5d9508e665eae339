// SPDX-License-Identifier: Apache-2.0

/// One entry of a map to values, which is a message on the wire.
struct MapEntry<Key: MapKey, Value: WireValue>: Message {
    static var messageName: String { "MapEntry" }

    var key = Key.zero
    var value = Value.zero

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "key", &self.key)
        try codec.field(2, "value", &self.value)
    }
}

/// One entry of a map to messages.
struct MessageMapEntry<Key: MapKey, Value: Message>: Message {
    static var messageName: String { "MapEntry" }

    var key = Key.zero
    var value: Value?

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "key", &self.key)
        try codec.field(2, "value", &self.value)
    }
}
