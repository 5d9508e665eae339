// SPDX-License-Identifier: Apache-2.0

/// Header or trailer fields in order; names compare without case.
package struct HTTPHeaders: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// One field as it came or goes.
    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var fields: [Field] = []

    package init() {}

    package init(dictionaryLiteral elements: (String, String)...) {
        self.fields = elements.map { Field(name: $0.0, value: $0.1) }
    }

    package var isEmpty: Bool { self.fields.isEmpty }

    /// The first value of `name`.
    package subscript(_ name: String) -> String? {
        for field in self.fields where Self.equal(field.name, name) { return field.value }
        return nil
    }

    /// All values of `name`, in order.
    package func all(_ name: String) -> [String] {
        self.fields.filter { Self.equal($0.name, name) }.map(\.value)
    }

    /// Makes room for `count` fields.
    package mutating func reserve(_ count: Int) { self.fields.reserveCapacity(count) }

    /// Adds a field at the end.
    package mutating func append(_ name: String, _ value: String) {
        self.fields.append(Field(name: name, value: value))
    }

    /// Replaces every field of that name.
    package mutating func set(_ name: String, _ value: String) {
        self.fields.removeAll { Self.equal($0.name, name) }
        self.append(name, value)
    }

    /// Removes every field of that name.
    package mutating func remove(_ name: String) {
        self.fields.removeAll { Self.equal($0.name, name) }
    }

    /// ASCII comparison without case.
    package static func equal(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count
            && zip(left.utf8, right.utf8).allSatisfy { Self.lowered($0) == Self.lowered($1) }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}
