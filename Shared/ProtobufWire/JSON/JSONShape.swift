// SPDX-License-Identifier: Apache-2.0

/// The fields of a protobuf message by their names in JSON, for `JSONTranscoder`.
package struct JSONShape: Sendable {
    /// What a field holds.
    package enum Value: Sendable {
        case text
        /// Base64, unless the closure makes bytes of the text.
        case bytes(@Sendable (ArraySlice<UInt8>) -> [UInt8]?)
        case int32, int64, uint64, fixed64
        /// A closure, since messages may hold themselves.
        case message(@Sendable () -> JSONShape)
    }

    /// A name and what is written for it.
    package struct Field: Sendable {
        let number: UInt32
        let name: String
        /// As in the `.proto` file and in lowerCamelCase.
        let spellings: [[UInt8]]
        let value: Value
        let form: Form

        enum Form { case one, many, either }

        /// A field that occurs once; `name` is that of the `.proto` file.
        package static func one(_ number: UInt32, _ name: String, _ value: Value) -> Field {
            Field(number, name, value, .one)
        }

        /// A field that is a list.
        package static func many(_ number: UInt32, _ name: String, _ value: Value) -> Field {
            Field(number, name, value, .many)
        }

        /// A field that became a list, or ceased to be one: a value alone or a list of them.
        package static func either(_ number: UInt32, _ name: String, _ value: Value) -> Field {
            Field(number, name, value, .either)
        }

        private init(_ number: UInt32, _ name: String, _ value: Value, _ form: Form) {
            self.number = number
            self.name = name
            self.spellings = [Array(JSONFieldName.lowerCamel(name).utf8), Array(name.utf8)]
            self.value = value
            self.form = form
        }
    }

    let fields: [Field]

    /// A message with these fields, 64 at most; several may write the same number.
    package init(_ fields: [Field]) {
        precondition(fields.count <= 64)
        self.fields = fields
    }

    /// Which field a key names.
    func place(of key: ArraySlice<UInt8>) -> Int? {
        self.fields.firstIndex { field in field.spellings.contains { $0.elementsEqual(key) } }
    }
}
