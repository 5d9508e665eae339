// SPDX-License-Identifier: Apache-2.0
internal import ProfileColumns

/// What the samples of a dataset reach of its dictionary, in an order that depends on the content alone.
///
/// Strings are sorted bytewise, functions by (name, file, start line, system name), mappings by build id,
/// locations by their lines, nodes in preorder. Equal rows become one.
struct CanonicalDictionary {
    private(set) var dictionary = DatasetDictionary()
    /// Old node to new node.
    private(set) var nodes: [UInt32] = []
    /// For every function a row of the source.
    private(set) var functionSources: [UInt32] = []
    /// For every mapping a row of the source.
    private(set) var mappingSources: [UInt32] = []

    /// Orders `source`; `reached` marks the nodes of samples.
    init(_ source: DatasetDictionary, reached: [Bool]) {
        let used = UsedRows(source, reached: reached)
        let strings = source.strings.ranked(used: used.strings)
        let functionRows = Self.ranked(source.functions, used: used.functions) { $0.ranked(strings) }
        let functions = RankedRows(used: used.functions) {
            FunctionRow.precedes(functionRows[Int($0)], functionRows[Int($1)])
        }
        let mappingRows = Self.ranked(source.mappings, used: used.mappings) { $0.ranked(strings) }
        let mappings = RankedRows(used: used.mappings) {
            MappingRow.precedes(mappingRows[Int($0)], mappingRows[Int($1)])
        }
        let order = LocationOrder(source, functions: functions, mappings: mappings)
        let locations = RankedRows(used: used.locations) { order.precedes($0, $1) }

        for row in strings.sources where !source.strings.range(row).isEmpty {
            _ = self.dictionary.strings.append(contentsOf: source.strings.bytes[source.strings.range(row)])
        }
        self.dictionary.functions = functions.sources.map { functionRows[Int($0)] }
        self.dictionary.mappings = mappings.sources.map { mappingRows[Int($0)] }
        self.functionSources = functions.sources
        self.mappingSources = mappings.sources
        for row in locations.sources {
            self.append(source.locations[Int(row)], of: source, functions: functions, mappings: mappings)
        }
        self.orderTree(source, used: used.nodes, locations: locations)
    }

    private static func ranked<Row>(_ rows: [Row], used: [Bool], _ rank: (Row) -> Row) -> [Row] {
        rows.indices.map { used[$0] ? rank(rows[$0]) : rows[$0] }
    }

    private mutating func append(
        _ row: LocationRow,
        of source: DatasetDictionary,
        functions: RankedRows,
        mappings: RankedRows
    ) {
        var location = row
        location.firstLine = UInt32(self.dictionary.lines.count)
        if row.mapping != LocationRow.noMapping { location.mapping = mappings[row.mapping] }
        for line in source.lines[Int(row.firstLine)..<Int(row.firstLine) + Int(row.lineCount)] {
            self.dictionary.lines.append(LineRow(function: functions[line.function], line: line.line))
        }
        self.dictionary.locations.append(location)
    }

    private mutating func orderTree(_ source: DatasetDictionary, used: [Bool], locations: RankedRows) {
        let ranks = source.nodeLocations.enumerated().map { node, location in
            node == 0 || !used[node] ? 0 : locations[location]
        }
        let tree = TreeOrder(
            parents: source.nodeParents,
            ranks: ranks,
            used: used,
            rankCount: locations.sources.count
        )
        self.nodes = tree.nodes
        self.dictionary.nodeParents = tree.parents
        self.dictionary.nodeLocations = tree.locations
    }
}

/// Which rows of a dictionary the samples reach.
private struct UsedRows {
    var nodes: [Bool]
    var locations: [Bool]
    var functions: [Bool]
    var mappings: [Bool]
    var strings: [Bool]

    init(_ source: DatasetDictionary, reached: [Bool]) {
        self.nodes = reached
        self.locations = [Bool](repeating: false, count: source.locations.count)
        self.functions = [Bool](repeating: false, count: source.functions.count)
        self.mappings = [Bool](repeating: false, count: source.mappings.count)
        self.strings = [Bool](repeating: false, count: source.strings.count)
        self.nodes[0] = true
        for node in stride(from: source.nodeCount - 1, to: 0, by: -1) where self.nodes[node] {
            self.nodes[Int(source.nodeParents[node])] = true
            self.locations[Int(source.nodeLocations[node])] = true
        }
        for row in self.locations.indices where self.locations[row] {
            let location = source.locations[row]
            if location.mapping != LocationRow.noMapping { self.mappings[Int(location.mapping)] = true }
            let lines = Int(location.firstLine)..<Int(location.firstLine) + Int(location.lineCount)
            for line in source.lines[lines] { self.functions[Int(line.function)] = true }
        }
        // The empty string is string 0 of every dictionary.
        self.strings[0] = true
        for row in self.functions.indices where self.functions[row] {
            let function = source.functions[row]
            for string in [function.name, function.systemName, function.file] {
                self.strings[Int(string)] = true
            }
        }
        for row in self.mappings.indices where self.mappings[row] {
            self.strings[Int(source.mappings[row].file)] = true
            self.strings[Int(source.mappings[row].buildID)] = true
        }
    }
}
