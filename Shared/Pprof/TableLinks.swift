// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// The ids of a pprof's tables turned into rows: total, whatever the ids say.
struct TableLinks: ~Copyable {
    /// Id → row of `RawTables.locations`.
    var locationIndex = IDIndex()
    /// Whether a location may be referred to: 0 for those without content, or with a reference to nothing.
    var alive = Column<UInt8>()
    /// Whether all locations are alive.
    private(set) var allAlive = true
    /// Row of the mapping of each location; the row behind the last one stands for “none”.
    private(set) var mappingRows = Column<UInt32>()
    /// Row of the function of each line.
    private(set) var functionRows = Column<UInt32>()
    private var functionIndex = IDIndex()
    private var mappingIndex = IDIndex()

    /// Resolves all references.
    mutating func resolve(_ tables: borrowing RawTables) {
        self.buildIndices(tables)
        self.functionRows.removeAll()
        for index in tables.lines.indices {
            self.functionRows.append(self.functionIndex.row(tables.lines[index].functionID))
        }
        self.mappingRows.removeAll()
        self.alive.removeAll()
        self.allAlive = true
        let stub = UInt32(tables.mappings.count)
        for index in tables.locations.indices {
            let location = tables.locations[index]
            let mapping = location.mappingID == 0 ? stub : self.mappingIndex.row(location.mappingID)
            let lines = Int(location.firstLine)..<Int(location.firstLine) + Int(location.lineCount)
            var isAlive = mapping != IDIndex.absent && (!lines.isEmpty || location.address != 0)
            for line in lines where self.functionRows[line] == IDIndex.absent { isAlive = false }
            self.mappingRows.append(mapping)
            self.alive.append(isAlive ? 1 : 0)
            if !isAlive { self.allAlive = false }
        }
    }

    private mutating func buildIndices(_ tables: borrowing RawTables) {
        let locations = tables.locations.span
        self.locationIndex.build(count: locations.count) { locations[$0].id }
        let functions = tables.functions.span
        self.functionIndex.build(count: functions.count) { functions[$0].id }
        let mappings = tables.mappings.span
        self.mappingIndex.build(count: mappings.count) { mappings[$0].id }
    }
}
