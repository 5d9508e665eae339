// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// A text of the request: spelled out, or by its place in the table of strings.
enum TextReference {
    case inline(ByteRange)
    case indexed(Int32)
}

/// What an attribute holds, as far as a label can say it.
enum AttributeValue {
    case text(TextReference)
    case integer(Int64)
    /// Nothing, or a kind that no label has: real servers drop those too.
    case unlabelled
}

/// A key with its value: `KeyValue` of a resource, `KeyValueAndUnit` of the dictionary, in all generations.
struct AttributeEntry {
    var key = TextReference.inline(.empty)
    var value = AttributeValue.unlabelled

    /// Values within values that are followed.
    private static let depthMax = 8

    /// Which field holds the place of the key; older generations spell it out in field 1.
    enum KeyField: UInt32 {
        case dictionary = 1
        case resource = 3
    }

    init(_ cursor: consuming WireCursor, _ keyField: KeyField) throws(WireError) {
        while let tag = try cursor.tag() {
            switch tag.field {
            case keyField.rawValue where tag.kind == .varint:
                let index = try cursor.index(tag)
                // Writers of defaults send the empty string and its place beside what the key is.
                if index != 0 { self.key = .indexed(index) }
            case 1 where tag.kind == .lengthDelimited:
                let text = try cursor.span(tag)
                if !text.isEmpty { self.key = .inline(text) }
            case 2 where tag.kind == .lengthDelimited:
                self.value = try Self.value(try cursor.nested(), depth: 0)
            default: try cursor.skip(tag)
            }
        }
    }

    /// `AnyValue`: the member that was seen last counts.
    private static func value(_ cursor: consuming WireCursor, depth: Int) throws(WireError) -> AttributeValue
    {
        var value = AttributeValue.unlabelled
        while let tag = try cursor.tag() {
            switch (tag.field, tag.kind) {
            case (1, .lengthDelimited): value = .text(.inline(try cursor.span(tag)))
            case (3, .varint): value = .integer(Int64(bitPattern: try cursor.varint()))
            case (5, .lengthDelimited): value = try Self.element(try cursor.nested(), depth: depth + 1)
            case (8, .varint): value = .text(.indexed(try cursor.index(tag)))
            default:
                if tag.field <= 8 { value = .unlabelled }
                try cursor.skip(tag)
            }
        }
        return value
    }

    /// A list of one element stands for it.
    private static func element(_ cursor: consuming WireCursor, depth: Int) throws(WireError)
        -> AttributeValue
    {
        guard depth < Self.depthMax else { throw .nestedTooDeep(at: cursor.offset) }
        var found: [AttributeValue] = []
        while let tag = try cursor.tag() {
            guard tag.field == 1, tag.kind == .lengthDelimited, found.count < 2 else {
                try cursor.skip(tag)
                continue
            }
            found.append(try Self.value(try cursor.nested(), depth: depth))
        }
        return found.count == 1 ? found[0] : .unlabelled
    }
}
