// SPDX-License-Identifier: Apache-2.0

/// A tree of locations with values: what one head or block adds to a pprof, exact and unpruned.
package struct LocationTree: Sendable {
    /// Only what the nodes need, in order of first use.
    package var dictionary: DatasetDictionary
    /// Values of the samples that end in a node; one per node.
    package var selfValues: [Int64]

    /// The part of `dictionary` that lies on a path to a value above 0.
    ///
    /// `selfValues` may be shorter than the tree, as when it has grown since. O(nodes + symbols in use).
    package init(of dictionary: DatasetDictionary, selfValues: [Int64]) {
        let count = min(dictionary.nodeCount, selfValues.count)
        var isUsed = selfValues.prefix(count).map { $0 > 0 }
        for node in stride(from: count - 1, to: 0, by: -1) where isUsed[node] {
            isUsed[Int(dictionary.nodeParents[node])] = true
        }
        var copy = SymbolCopy(of: dictionary)
        var values: [Int64] = [max(selfValues.first ?? 0, 0)]
        var moved = [UInt32](repeating: 0, count: count)
        for node in 1..<max(count, 1) where isUsed[node] {
            moved[node] = UInt32(copy.result.nodeCount)
            copy.result.nodeParents.append(moved[Int(dictionary.nodeParents[node])])
            copy.result.nodeLocations.append(copy.location(dictionary.nodeLocations[node]))
            values.append(max(selfValues[node], 0))
        }
        self.dictionary = copy.result
        self.selfValues = values
    }

    /// A tree as it was sent; the caller has checked that every index exists.
    package init(checked dictionary: DatasetDictionary, selfValues: [Int64]) {
        self.dictionary = dictionary
        self.selfValues = selfValues
    }
}

/// Copies symbols to a new dictionary when they are first met.
private struct SymbolCopy {
    private let source: DatasetDictionary
    var result = DatasetDictionary()
    private var strings: [UInt32: UInt32] = [0: 0]
    private var functions: [UInt32: UInt32] = [:]
    private var mappings: [UInt32: UInt32] = [:]
    private var locations: [UInt32: UInt32] = [:]

    init(of source: DatasetDictionary) { self.source = source }

    mutating func location(_ id: UInt32) -> UInt32 {
        if let known = self.locations[id] { return known }
        var row = self.source.locations[Int(id)]
        let first = Int(row.firstLine)
        let lines = self.source.lines[first..<first + Int(row.lineCount)]
        row.firstLine = UInt32(self.result.lines.count)
        for line in lines {
            self.result.lines.append(LineRow(function: self.function(line.function), line: line.line))
        }
        if row.mapping != LocationRow.noMapping { row.mapping = self.mapping(row.mapping) }
        let new = UInt32(self.result.locations.count)
        self.result.locations.append(row)
        self.locations[id] = new
        return new
    }

    private mutating func function(_ id: UInt32) -> UInt32 {
        if let known = self.functions[id] { return known }
        let row = self.source.functions[Int(id)]
        let copy = FunctionRow(
            name: self.string(row.name),
            systemName: self.string(row.systemName),
            file: self.string(row.file),
            startLine: row.startLine
        )
        let new = UInt32(self.result.functions.count)
        self.result.functions.append(copy)
        self.functions[id] = new
        return new
    }

    private mutating func mapping(_ id: UInt32) -> UInt32 {
        if let known = self.mappings[id] { return known }
        var row = self.source.mappings[Int(id)]
        row.file = self.string(row.file)
        row.buildID = self.string(row.buildID)
        let new = UInt32(self.result.mappings.count)
        self.result.mappings.append(row)
        self.mappings[id] = new
        return new
    }

    private mutating func string(_ id: UInt32) -> UInt32 {
        if let known = self.strings[id] { return known }
        let new = self.result.strings.append(
            contentsOf: self.source.strings.bytes[self.source.strings.range(id)]
        )
        self.strings[id] = new
        return new
    }
}
