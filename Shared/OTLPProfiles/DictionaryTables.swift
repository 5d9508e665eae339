// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// The tables that all profiles of a request share; texts stay where they are in the request.
struct DictionaryTables {
    struct Mapping {
        var memoryStart: UInt64 = 0
        var memoryLimit: UInt64 = 0
        var fileOffset: UInt64 = 0
        var filename: Int32 = 0
        var attributes = IndexRun()
    }

    struct Location {
        var mapping: Int32 = 0
        var address: UInt64 = 0
        var lines = IndexRun()
    }

    struct Line {
        var function: Int32 = 0
        var line: Int64 = 0
    }

    struct Function {
        var name: Int32 = 0
        var systemName: Int32 = 0
        var filename: Int32 = 0
        var startLine: Int64 = 0
    }

    struct Link {
        var trace = ByteRange.empty
        var span = ByteRange.empty
    }

    /// What one table may hold, checked before it grows (spec/reliability 0.4).
    enum Limit {
        static let mappings = 4_096
        static let entries = 65_536
        static let strings = 131_072
        static let lines = 131_072
        static let linesPerLocation = 64
        static let indices = 2 << 20
    }

    let bytes: [UInt8]
    var mappings: [Mapping] = []
    var locations: [Location] = []
    var functions: [Function] = []
    var links: [Link] = []
    var strings: [ByteRange] = []
    var attributes: [AttributeEntry] = []
    var stacks: [IndexRun] = []
    /// Lines of all locations, one location after the other.
    var lines: [Line] = []
    /// Locations of all stacks and attributes of all mappings.
    var indices: [Int32] = []

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The bytes of a string; nil when the table does not have it, but for the empty one.
    func string(_ index: Int32) -> ByteRange? {
        if index == 0, self.strings.isEmpty { return .empty }
        guard index >= 0, Int(index) < self.strings.count else { return nil }
        return self.strings[Int(index)]
    }

    func text(_ range: ByteRange) -> String { String(decoding: self.bytes[range.range], as: UTF8.self) }

    /// Where the text of a reference lies.
    func resolve(_ reference: TextReference, _ place: OTLPPlace) throws(OTLPError) -> ByteRange {
        switch reference {
        case .inline(let range): return range
        case .indexed(let index):
            guard let range = self.string(index) else { throw .outOfBounds(place, index) }
            return range
        }
    }

    /// Where the name of an attribute lies, and what its value is; nil for what no label can say.
    func resolve(_ entry: AttributeEntry) throws(OTLPError) -> (name: ByteRange, value: LabelValue)? {
        let name = try self.resolve(entry.key, .attributeKey)
        switch entry.value {
        case .unlabelled: return nil
        case .integer(let number): return (name, .integer(number))
        case .text(let reference): return (name, .text(try self.resolve(reference, .attributeText)))
        }
    }

    /// Name and value as a label has them; nil for what no label can say.
    func label(
        _ entry: AttributeEntry,
        _ budget: inout TextBudget
    ) throws(OTLPError) -> (name: String, value: String)? {
        guard let (name, value) = try self.resolve(entry) else { return nil }
        return (try self.copy(name, &budget), try self.copy(value, &budget))
    }

    func copy(_ value: LabelValue, _ budget: inout TextBudget) throws(OTLPError) -> String {
        switch value {
        case .integer(let number): return String(number)
        case .text(let range): return try self.copy(range, &budget)
        }
    }

    private func copy(_ range: ByteRange, _ budget: inout TextBudget) throws(OTLPError) -> String {
        try budget.take(range.range.count)
        return self.text(range)
    }

    /// Whether the request has just this text there.
    func isText(_ range: ByteRange, _ text: String) -> Bool {
        self.bytes[range.range].elementsEqual(text.utf8)
    }
}

/// What an attribute says as a label.
enum LabelValue {
    case text(ByteRange)
    case integer(Int64)

    var isEmpty: Bool {
        switch self {
        case .text(let range): range.isEmpty
        case .integer: false
        }
    }
}
