// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProfileColumns

/// Sorted strings, front-coded: what a string shares with the one before it is not repeated.
///
/// Every 64th string stands alone, so that a reader may start there. String 0 is the empty string and is
/// not stored.
enum StringSection {
    /// Strings between two that stand alone.
    static let restartCount = 64
    /// The most bytes that the strings of one table may take when decoded.
    static let byteCountMax = 1 << 30

    /// Appends `strings`, which must be sorted bytewise.
    static func encode(_ strings: StringTable, to writer: inout ByteWriter) {
        var shared = ByteWriter()
        var lengths = ByteWriter()
        var suffixes = ByteWriter()
        let bytes = strings.bytes
        for row in 1..<max(strings.count, 1) {
            let range = strings.range(UInt32(row))
            var common = 0
            if (row - 1) % Self.restartCount != 0 {
                let before = strings.range(UInt32(row - 1))
                let most = min(before.count, range.count)
                while common < most, bytes[before.lowerBound + common] == bytes[range.lowerBound + common] {
                    common += 1
                }
            }
            shared.varint(common)
            lengths.varint(range.count - common)
            suffixes.raw(bytes[(range.lowerBound + common)..<range.upperBound])
        }
        writer.varint(strings.count - 1)
        writer.varint(bytes.count)
        writer.lengthDelimited(shared.bytes)
        writer.lengthDelimited(lengths.bytes)
        writer.lengthDelimited(suffixes.bytes)
    }

    /// Reads what `encode` wrote.
    static func decode(_ section: WireCursor) throws(WireError) -> StringTable {
        var cursor = section
        let count = try cursor.count(limit: Int(UInt32.max) - 1)
        let byteCount = try cursor.varint(below: Self.byteCountMax + 1)
        var shared = try cursor.nested()
        var lengths = try cursor.nested()
        let suffixes = try cursor.lengthDelimited()
        // A string shares at most what its restart block holds.
        guard byteCount <= Self.restartCount * suffixes.count else { throw .outOfRange(at: cursor.offset) }
        var table = StringTable()
        table.ends.reserveCapacity(count + 1)
        table.bytes.reserveCapacity(min(byteCount, 4 * suffixes.count))
        var taken = 0
        var before = 0..<0
        for row in 0..<count {
            let common = try shared.varint(below: (row % Self.restartCount == 0 ? 0 : before.count) + 1)
            let length = try lengths.varint(below: suffixes.count - taken + 1)
            let start = table.bytes.count
            guard start + common + length <= byteCount else { throw .outOfRange(at: cursor.offset) }
            for index in before.lowerBound..<before.lowerBound + common {
                table.bytes.append(table.bytes[index])
            }
            for index in taken..<taken + length { table.bytes.append(suffixes[index]) }
            taken += length
            before = start..<start + common + length
            table.ends.append(UInt32(before.upperBound))
        }
        guard taken == suffixes.count, table.bytes.count == byteCount, shared.isAtEnd, lengths.isAtEnd else {
            throw .outOfRange(at: cursor.offset)
        }
        return table
    }
}

/// Texts of one section, sorted bytewise, with their ids.
struct TextTable {
    // By bytes: Swift's own equality takes canonically equivalent texts for equal.
    private var ids: [[UInt8]: UInt32] = [:]
    private(set) var table = StringTable()

    /// A table of all `texts`; duplicates are stored once.
    init(_ texts: some Sequence<String>) {
        var distinct = Set(texts.lazy.map { Array($0.utf8) })
        distinct.remove([])
        for text in distinct.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            self.ids[text] = self.table.append(contentsOf: text)
        }
    }

    /// The id of `text`, 0 for the empty one.
    subscript(_ text: String) -> Int { Int(self.ids[Array(text.utf8), default: 0]) }
}

extension StringTable {
    /// All strings as Swift strings, by id.
    var texts: [String] { (0..<UInt32(self.count)).map { self[$0] } }
}
