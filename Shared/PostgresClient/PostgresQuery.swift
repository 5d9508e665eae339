// SPDX-License-Identifier: Apache-2.0

/// SQL written as a literal in the source: no statement can be built from input (spec/reliability X5).
package struct PostgresQuery: ExpressibleByStringLiteral, Hashable, Sendable {
    let text: String

    package init(stringLiteral: StaticString) { self.text = stringLiteral.description }
}

/// A value bound to a parameter (`$1`, `$2`, …), always sent in binary.
package enum PostgresValue: Hashable, Sendable {
    case null
    case int(Int64)
    case text(String)
    case bytes([UInt8])
    case ints([Int64])
    case texts([String])
    case byteStrings([[UInt8]])
}

/// The object ids of the server's built-in types that we send or read.
enum PostgresType {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let name: UInt32 = 19
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let varchar: UInt32 = 1_043
    static let byteaArray: UInt32 = 1_001
    static let textArray: UInt32 = 1_009
    static let int8Array: UInt32 = 1_016
    /// Lets the server infer the type.
    static let inferred: UInt32 = 0
}

/// Parameters in the server's binary format, one after the other in one buffer.
struct PostgresParameters {
    private(set) var bytes: [UInt8] = []
    /// Where each parameter lies in `bytes`; nil for null.
    private(set) var ranges: [Range<Int>?] = []
    private(set) var types: [UInt32] = []

    /// The server's own limit for one value is 1 GiB.
    static let byteCountMax = 1 << 30

    init(_ values: [PostgresValue]) throws(PostgresError) {
        for value in values {
            let start = self.bytes.count
            self.types.append(self.encode(value))
            guard self.bytes.count - start < Self.byteCountMax, self.bytes.count < Int(Int32.max) else {
                throw .parameterTooLarge(byteCount: self.bytes.count)
            }
            self.ranges.append(value == .null ? nil : start..<self.bytes.count)
        }
    }

    /// Appends the value and returns its type.
    private mutating func encode(_ value: PostgresValue) -> UInt32 {
        switch value {
        case .null: return PostgresType.inferred
        case .int(let number):
            self.append(UInt64(bitPattern: number))
            return PostgresType.int8
        case .text(let text):
            self.bytes += text.utf8
            return PostgresType.text
        case .bytes(let bytes):
            self.bytes += bytes
            return PostgresType.bytea
        case .ints(let numbers):
            self.appendArrayHeader(of: PostgresType.int8, count: numbers.count)
            for number in numbers {
                self.append(UInt32(8))
                self.append(UInt64(bitPattern: number))
            }
            return PostgresType.int8Array
        case .texts(let texts):
            self.appendArrayHeader(of: PostgresType.text, count: texts.count)
            for text in texts {
                self.append(UInt32(truncatingIfNeeded: text.utf8.count))
                self.bytes += text.utf8
            }
            return PostgresType.textArray
        case .byteStrings(let strings):
            self.appendArrayHeader(of: PostgresType.bytea, count: strings.count)
            for string in strings {
                self.append(UInt32(truncatingIfNeeded: string.count))
                self.bytes += string
            }
            return PostgresType.byteaArray
        }
    }

    /// Dimensions, null flag, element type, length, lower bound.
    private mutating func appendArrayHeader(of type: UInt32, count: Int) {
        self.append(UInt32(count == 0 ? 0 : 1))
        self.append(UInt32(0))
        self.append(type)
        guard count > 0 else { return }
        self.append(UInt32(truncatingIfNeeded: count))
        self.append(UInt32(1))
    }

    private mutating func append(_ number: some FixedWidthInteger) {
        for shift in stride(from: number.bitWidth - 8, through: 0, by: -8) {
            self.bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}
