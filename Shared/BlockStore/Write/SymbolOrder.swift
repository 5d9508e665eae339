// SPDX-License-Identifier: Apache-2.0
internal import ProfileColumns

/// Rows of a table in canonical order: equal rows share a rank.
struct RankedRows {
    /// The rank of every source row; `unranked` for rows nobody refers to.
    var ranks: [UInt32]
    /// One source row for every rank.
    var sources: [UInt32] = []

    static let unranked = UInt32.max

    /// Sorts the rows marked in `used`.
    init(used: [Bool], precedes: (UInt32, UInt32) -> Bool) {
        self.ranks = [UInt32](repeating: Self.unranked, count: used.count)
        let order = used.indices.filter { used[$0] }.map { UInt32($0) }.sorted(by: precedes)
        self.sources.reserveCapacity(order.count)
        for row in order {
            if self.sources.last.map({ precedes($0, row) }) ?? true { self.sources.append(row) }
            self.ranks[Int(row)] = UInt32(self.sources.count - 1)
        }
    }

    subscript(_ row: UInt32) -> UInt32 { self.ranks[Int(row)] }
}

extension StringTable {
    /// The strings marked in `used`, bytewise sorted.
    func ranked(used: [Bool]) -> RankedRows {
        let bytes = self.bytes
        // The first eight bytes as one number decide nearly every comparison.
        let prefixes = used.indices.map { row -> UInt64 in
            guard used[row] else { return 0 }
            var prefix: UInt64 = 0
            var shift: UInt64 = 56
            for index in self.range(UInt32(row)).prefix(8) {
                prefix |= UInt64(bytes[index]) &<< shift
                shift &-= 8
            }
            return prefix
        }
        return RankedRows(used: used) { left, right in
            let (first, second) = (prefixes[Int(left)], prefixes[Int(right)])
            if first != second { return first < second }
            return Self.precedes(bytes.span, self.range(left), self.range(right))
        }
    }

    private static func precedes(_ bytes: Span<UInt8>, _ left: Range<Int>, _ right: Range<Int>) -> Bool {
        let common = min(left.count, right.count)
        for offset in 0..<common {
            let (first, second) = (bytes[left.lowerBound + offset], bytes[right.lowerBound + offset])
            if first != second { return first < second }
        }
        return left.count < right.count
    }
}

extension FunctionRow {
    /// This row with strings replaced by their ranks.
    func ranked(_ strings: RankedRows) -> FunctionRow {
        FunctionRow(
            name: strings[self.name],
            systemName: strings[self.systemName],
            file: strings[self.file],
            startLine: self.startLine
        )
    }

    static func precedes(_ left: FunctionRow, _ right: FunctionRow) -> Bool {
        if left.name != right.name { return left.name < right.name }
        if left.file != right.file { return left.file < right.file }
        if left.startLine != right.startLine { return left.startLine < right.startLine }
        return left.systemName < right.systemName
    }
}

extension MappingRow {
    /// This row with strings replaced by their ranks.
    func ranked(_ strings: RankedRows) -> MappingRow {
        var row = self
        row.file = strings[self.file]
        row.buildID = strings[self.buildID]
        return row
    }

    static func precedes(_ left: MappingRow, _ right: MappingRow) -> Bool {
        if left.buildID != right.buildID { return left.buildID < right.buildID }
        if left.file != right.file { return left.file < right.file }
        if left.memoryStart != right.memoryStart { return left.memoryStart < right.memoryStart }
        if left.memoryLimit != right.memoryLimit { return left.memoryLimit < right.memoryLimit }
        if left.fileOffset != right.fileOffset { return left.fileOffset < right.fileOffset }
        return left.flags < right.flags
    }
}

/// Locations with their lines replaced by sortable keys.
struct LocationOrder {
    /// Per location: mapping rank + 1, 0 for none.
    private let mappings: [UInt32]
    private let locations: [LocationRow]
    /// Per line: function rank and line number in one comparable number.
    private let lines: [UInt64]

    init(_ dictionary: DatasetDictionary, functions: RankedRows, mappings: RankedRows) {
        self.locations = dictionary.locations
        self.mappings = dictionary.locations.map {
            $0.mapping == LocationRow.noMapping ? 0 : mappings[$0.mapping] &+ 1
        }
        self.lines = dictionary.lines.map { line in
            UInt64(functions[line.function]) &<< 32 | UInt64(UInt32(bitPattern: line.line) ^ 1 &<< 31)
        }
    }

    /// By lines, outermost first, then mapping, address and flags.
    func precedes(_ left: UInt32, _ right: UInt32) -> Bool {
        let (first, second) = (self.locations[Int(left)], self.locations[Int(right)])
        for depth in 1..<Int(min(first.lineCount, second.lineCount)) + 1 {
            let one = self.lines[Int(first.firstLine + first.lineCount) - depth]
            let other = self.lines[Int(second.firstLine + second.lineCount) - depth]
            if one != other { return one < other }
        }
        if first.lineCount != second.lineCount { return first.lineCount < second.lineCount }
        let (one, other) = (self.mappings[Int(left)], self.mappings[Int(right)])
        if one != other { return one < other }
        if first.address != second.address { return first.address < second.address }
        return first.flags < second.flags
    }
}
