// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProfileColumns

/// Locations and their lines in canonical order.
///
/// Columns: line count and whether the location is folded; mapping; address; functions; line numbers. Lines
/// are stored outermost first, because sorted locations share their outer lines.
enum LocationSection {
    static func encode(
        _ dictionary: DatasetDictionary,
        functionCount: Int,
        mappingCount: Int,
        to writer: inout ByteWriter
    ) {
        var counts = ByteWriter()
        var mappings = ByteWriter()
        var addresses = ByteWriter()
        var functions = ByteWriter()
        var lines = ByteWriter()
        var address: UInt64 = 0
        var outer = LineRow(function: 0, line: 0)
        for location in dictionary.locations {
            counts.varint(UInt64(location.lineCount) &<< 1 | UInt64(location.flags & 1))
            mappings.varint(UInt64(location.mapping &+ 1))
            addresses.zigzag(Int64(bitPattern: location.address &- address))
            address = location.address
            for depth in 1..<Int(location.lineCount) + 1 {
                let line = dictionary.lines[Int(location.firstLine + location.lineCount) - depth]
                functions.zigzag(Int64(line.function) - Int64(depth == 1 ? outer.function : 0))
                // A number alone says little; the step from the same function's previous line is small.
                let near = depth == 1 && line.function == outer.function ? outer.line : 0
                lines.zigzag(Int64(line.line) - Int64(near))
                if depth == 1 { outer = line }
            }
        }
        for count in [dictionary.locations.count, dictionary.lines.count, functionCount, mappingCount] {
            writer.varint(count)
        }
        for column in [counts, mappings, addresses, functions, lines] { writer.lengthDelimited(column.bytes) }
    }

    /// Rows of locations and lines; functions and mappings are checked against the counts the section
    /// states.
    struct Decoded {
        var locations: [LocationRow] = []
        var lines: [LineRow] = []
        var functionCount = 0
        var mappingCount = 0
    }

    static func decode(_ section: WireCursor) throws(WireError) -> Decoded {
        var cursor = section
        let count = try cursor.count(limit: Int(UInt32.max) - 1, bytesEach: 3)
        let lineCount = try cursor.count(limit: Int(UInt32.max) - 1, bytesEach: 2)
        var decoded = Decoded()
        decoded.functionCount = try cursor.varint(below: Int(UInt32.max))
        decoded.mappingCount = try cursor.varint(below: Int(UInt32.max))
        var counts = try cursor.nested()
        var mappings = try cursor.nested()
        var addresses = try cursor.nested()
        var functions = try cursor.nested()
        var numbers = try cursor.nested()
        var lines = LineRows(functionCount: decoded.functionCount)
        decoded.locations.reserveCapacity(count)
        lines.rows.reserveCapacity(lineCount)
        var address: UInt64 = 0
        for _ in 0..<count {
            let shape = try counts.varint()
            let left = lineCount - lines.rows.count
            guard let own = Int(exactly: shape &>> 1), own <= left else {
                throw .outOfRange(at: counts.offset)
            }
            let mapping = try mappings.varint(below: decoded.mappingCount + 1)
            address = address &+ UInt64(bitPattern: try addresses.zigzag())
            decoded.locations.append(
                LocationRow(
                    mapping: UInt32(mapping) &- 1,
                    firstLine: UInt32(lines.rows.count),
                    lineCount: UInt32(own),
                    flags: UInt8(shape & 1),
                    address: address
                )
            )
            try lines.next(own, functions: &functions, numbers: &numbers)
        }
        decoded.lines = lines.rows
        guard decoded.lines.count == lineCount else { throw .outOfRange(at: cursor.offset) }
        return decoded
    }

    /// Lines read so far.
    private struct LineRows {
        let functionCount: Int
        var rows: [LineRow] = []
        private var outer = LineRow(function: 0, line: 0)

        init(functionCount: Int) { self.functionCount = functionCount }

        /// Appends the lines of one location, innermost first.
        mutating func next(
            _ count: Int,
            functions: inout WireCursor,
            numbers: inout WireCursor
        ) throws(WireError) {
            let start = self.rows.count
            for depth in 0..<count {
                let before = depth == 0 ? Int64(self.outer.function) : 0
                let function = before &+ (try functions.zigzag())
                guard 0..<Int64(self.functionCount) ~= function else {
                    throw .outOfRange(at: functions.offset)
                }
                let isNear = depth == 0 && UInt32(function) == self.outer.function
                let number = (isNear ? Int64(self.outer.line) : 0) &+ (try numbers.zigzag())
                guard let line = Int32(exactly: number) else { throw .outOfRange(at: numbers.offset) }
                let row = LineRow(function: UInt32(function), line: line)
                if depth == 0 { self.outer = row }
                self.rows.append(row)
            }
            self.rows[start...].reverse()
        }
    }
}
