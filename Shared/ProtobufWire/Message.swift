// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// A protobuf message that lists its fields once; four codecs walk that list (design D1).
///
/// ```swift
/// mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
///     try codec.field(1, "name", &self.name)
///     try codec.field(2, "max_nodes", &self.maxNodes)     // Int64?: explicit presence
///     try codec.field(3, "points", &self.points)          // [Point]
/// }
/// ```
/// Fields are listed by ascending number, with their names of the `.proto` file. A `oneof` is one enumeration
/// and a computed optional per member, whose setter ignores nil: the member seen last wins, and only the one
/// that is set is written.
package protocol Message: Sendable {
    /// The full name, as in `types.v1.LabelPair`.
    static var messageName: String { get }

    /// All fields at their defaults.
    init()

    /// Hands every field to `codec`, which reads it or replaces it.
    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure)
}

/// What walks the fields of a message.
///
/// Only fields the message names are seen; readers skip what else they find.
package protocol FieldCodec {
    /// What can go wrong: `Never` for writers.
    associatedtype Failure: Error

    /// A value without presence: the zero value is not written.
    mutating func field<V: WireValue>(_ number: UInt32, _ name: String, _ value: inout V) throws(Failure)
    /// A value with presence (`optional`, or a member of a `oneof`).
    mutating func field<V: WireValue>(_ number: UInt32, _ name: String, _ value: inout V?) throws(Failure)
    /// A list of values; numbers are written packed and read in both forms.
    mutating func field<V: WireValue>(_ number: UInt32, _ name: String, _ values: inout [V]) throws(Failure)
    /// A nested message.
    mutating func field<M: Message>(_ number: UInt32, _ name: String, _ message: inout M?) throws(Failure)
    /// A list of messages.
    mutating func field<M: Message>(_ number: UInt32, _ name: String, _ messages: inout [M]) throws(Failure)
    /// A map to values.
    mutating func field<K: MapKey, V: WireValue>(
        _ number: UInt32,
        _ name: String,
        _ map: inout [K: V]
    ) throws(Failure)
    /// A map to messages.
    mutating func field<K: MapKey, M: Message>(
        _ number: UInt32,
        _ name: String,
        _ map: inout [K: M]
    ) throws(Failure)
}

/// What a message may cost; checked before memory is allocated.
package struct CodecLimits: Sendable {
    /// Messages within messages, binary.
    package var messageDepthMax = 100
    /// Objects and lists within one another, JSON.
    package var jsonDepthMax = 64
    /// Elements of all lists and maps together.
    package var elementCountMax = 1 << 18
    /// Whether unknown JSON fields are skipped or refused; unknown binary fields are always skipped.
    package var ignoresUnknownFields = true

    /// The defaults, which suit requests of strangers.
    package init() {}
}

/// Why a message could not be read.
package enum CodecError: Error, Equatable {
    case wire(WireError)
    /// A field whose value does not have the declared layout.
    case wrongKind(field: String, kind: WireKind)
    case tooManyElements(limit: Int)
    case nestedTooDeep(limit: Int)
    case json(JSONError)
}
