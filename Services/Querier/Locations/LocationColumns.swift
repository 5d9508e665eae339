// SPDX-License-Identifier: Apache-2.0
internal import FlameGraph
internal import ProfileColumns

/// Symbols of many sources, each once, equal by the keys of spec/query 5.4.
struct LocationColumns {
    /// A location, with its address counted from the start of its mapping.
    struct Location: Hashable {
        /// Index of the mapping, `LocationRow.noMapping` for none.
        var mapping: UInt32
        var address: UInt64
        var flags: UInt8
        /// Innermost first.
        var lines: [LineRow]
    }

    private struct MappingKey: Hashable {
        var pageCount: UInt64
        var offset: UInt64
        var hasBuildID: Bool
        var text: UInt32
    }

    private(set) var strings: [String] = [""]
    private(set) var functions: [FunctionRow] = []
    private(set) var mappings: [MappingRow] = []
    private(set) var locations: [Location] = []
    private var stringIDs: [ExactText: UInt32] = [ExactText(""): 0]
    private var functionIDs: [FunctionRow: UInt32] = [:]
    private var mappingIDs: [MappingKey: UInt32] = [:]
    private var locationIDs: [Location: UInt32] = [:]

    /// Index of the equal string, new or known.
    mutating func string(_ text: String) -> UInt32 {
        if let known = self.stringIDs[ExactText(text)] { return known }
        let id = UInt32(self.strings.count)
        self.stringIDs[ExactText(text)] = id
        self.strings.append(text)
        return id
    }

    /// Index of the equal location, new or known.
    mutating func location(_ location: Location) -> UInt32 {
        if let known = self.locationIDs[location] { return known }
        let id = UInt32(self.locations.count)
        self.locationIDs[location] = id
        self.locations.append(location)
        return id
    }

    /// The location that stands for what was cut.
    mutating func other() -> UInt32 {
        let name = self.string(FlameTree.otherName)
        let function = self.function(FunctionRow(name: name, systemName: 0, file: 0, startLine: 0))
        let lines = [LineRow(function: function, line: 0)]
        return self.location(
            Location(mapping: LocationRow.noMapping, address: 0, flags: 0, lines: lines)
        )
    }

    /// For every location of `dictionary` its index here.
    mutating func add(_ dictionary: DatasetDictionary) -> [UInt32] {
        let texts = (0..<dictionary.strings.count).map { self.string(dictionary.strings[UInt32($0)]) }
        let functions = dictionary.functions.map { row in
            self.function(
                FunctionRow(
                    name: texts[Int(row.name)],
                    systemName: texts[Int(row.systemName)],
                    file: texts[Int(row.file)],
                    startLine: row.startLine
                )
            )
        }
        let mappings = dictionary.mappings.map { row in
            var row = row
            row.file = texts[Int(row.file)]
            row.buildID = texts[Int(row.buildID)]
            return self.mapping(row)
        }
        return dictionary.locations.map { row in
            let first = Int(row.firstLine)
            let lines = dictionary.lines[first..<first + Int(row.lineCount)].map {
                LineRow(function: functions[Int($0.function)], line: $0.line)
            }
            guard row.mapping != LocationRow.noMapping else {
                return self.location(
                    Location(mapping: row.mapping, address: row.address, flags: row.flags, lines: lines)
                )
            }
            let start = dictionary.mappings[Int(row.mapping)].memoryStart
            let address = row.address == 0 ? 0 : row.address &- start
            return self.location(
                Location(
                    mapping: mappings[Int(row.mapping)],
                    address: address,
                    flags: row.flags,
                    lines: lines
                )
            )
        }
    }

    private mutating func function(_ row: FunctionRow) -> UInt32 {
        if let known = self.functionIDs[row] { return known }
        let id = UInt32(self.functions.count)
        self.functionIDs[row] = id
        self.functions.append(row)
        return id
    }

    private mutating func mapping(_ row: MappingRow) -> UInt32 {
        let byteCount = row.memoryLimit &- row.memoryStart
        let key = MappingKey(
            pageCount: (byteCount &+ 4_095) / 4_096,
            offset: row.fileOffset,
            hasBuildID: row.buildID != 0,
            text: row.buildID != 0 ? row.buildID : row.file
        )
        if let known = self.mappingIDs[key] { return known }
        let id = UInt32(self.mappings.count)
        self.mappingIDs[key] = id
        self.mappings.append(row)
        return id
    }
}
