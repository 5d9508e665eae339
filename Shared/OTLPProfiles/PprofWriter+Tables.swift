// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

extension PprofWriter {
    mutating func writeLocations() throws(OTLPError) {
        var next = 0
        while next < self.locations.used.count {
            let location = self.tables.locations[Int(self.locations.used[next])]
            next += 1
            let mapping = try self.mappingID(location.mapping)
            self.out.tag(4, .lengthDelimited)
            let mark = self.out.beginNested()
            self.out.tag(1, .varint)
            self.out.varint(next)
            self.out.tag(2, .varint)
            self.out.varint(mapping)
            self.out.tag(3, .varint)
            self.out.varint(location.address)
            var isNamed = false
            for (index, line) in self.tables.lines[location.lines.range].enumerated() {
                isNamed = try self.writeLine(line, at: index) || isNamed
            }
            self.out.endNested(mark)
            if !isNamed { self.unnamed.insert(mapping) }
            try self.checkSize()
        }
    }

    /// A location that leaves the mapping out refers to entry 0, if there is one.
    private mutating func mappingID(_ index: Int32) throws(OTLPError) -> Int {
        if index == 0, self.tables.mappings.isEmpty { return 0 }
        guard let id = self.mappings.id(index) else { throw .outOfBounds(.mapping, index) }
        return id
    }

    /// Whether the line has a function with a name; one without is left out.
    private mutating func writeLine(_ line: DictionaryTables.Line, at place: Int) throws(OTLPError) -> Bool {
        guard line.function >= 0, Int(line.function) < self.tables.functions.count else {
            throw .outOfBounds(.function(line: place), line.function)
        }
        let function = self.tables.functions[Int(line.function)]
        let name = try self.textID(function.name, .functionName)
        let systemName = try self.textID(function.systemName, .functionName)
        guard name != 0 || systemName != 0 else { return false }
        let id = self.functions.id(line.function) ?? 0
        self.out.tag(4, .lengthDelimited)
        self.out.nested { writer in
            writer.tag(1, .varint)
            writer.varint(id)
            writer.tag(2, .varint)
            writer.varint(UInt64(bitPattern: line.line))
        }
        return true
    }

    mutating func writeFunctions() throws(OTLPError) {
        for (index, place) in self.functions.used.enumerated() {
            let function = self.tables.functions[Int(place)]
            let name = try self.textID(function.name, .functionName)
            let systemName = try self.textID(function.systemName, .functionName)
            let filename = try self.textID(function.filename, .functionFile)
            self.out.tag(5, .lengthDelimited)
            self.out.nested { writer in
                writer.tag(1, .varint)
                writer.varint(index + 1)
                writer.tag(2, .varint)
                writer.varint(name == 0 ? systemName : name)
                writer.tag(3, .varint)
                writer.varint(systemName)
                writer.tag(4, .varint)
                writer.varint(filename)
                writer.tag(5, .varint)
                writer.varint(UInt64(bitPattern: function.startLine))
            }
            try self.checkSize()
        }
    }

    mutating func writeMappings() throws(OTLPError) {
        for (index, place) in self.mappings.used.enumerated() {
            let mapping = self.tables.mappings[Int(place)]
            let filename = try self.textID(mapping.filename, .mappingFile)
            let buildID = try self.buildID(place)
            let isNamed = !self.unnamed.contains(index + 1)
            self.out.tag(3, .lengthDelimited)
            self.out.nested { writer in
                for (field, value) in [
                    (1, UInt64(index + 1)), (2, mapping.memoryStart), (3, mapping.memoryLimit),
                    (4, mapping.fileOffset), (5, UInt64(filename)), (6, UInt64(buildID)),
                    (7, isNamed ? 1 : 0),
                ] as [(UInt32, UInt64)] where value != 0 {
                    writer.tag(field, .varint)
                    writer.varint(value)
                }
            }
            try self.checkSize()
        }
    }

    private static let buildIDKey = "process.executable.build_id.gnu"

    private mutating func buildID(_ mapping: Int32) throws(OTLPError) -> Int {
        if case .unknown = self.buildIDs[Int(mapping)] {
            self.buildIDs[Int(mapping)] = self.findBuildID(self.tables.mappings[Int(mapping)])
        }
        switch self.buildIDs[Int(mapping)] {
        case .unknown, .none: return 0
        case .broken(let index): throw .outOfBounds(.attribute, index)
        case .attribute(let index):
            guard case .label(_, let value) = self.labels.meanings[Int(index)] else { return 0 }
            return self.textID(value)
        }
    }

    private func findBuildID(_ mapping: DictionaryTables.Mapping) -> BuildID {
        for index in self.tables.indices[mapping.attributes.range] {
            guard index >= 0, Int(index) < self.labels.meanings.count else { return .broken(index) }
            guard case .label(let name, _) = self.labels.meanings[Int(index)] else { continue }
            if self.tables.isText(name, Self.buildIDKey) { return .attribute(index) }
        }
        return .none
    }
}

// MARK: - Head

extension PprofWriter {
    mutating func writeType(_ field: UInt32, _ kind: ProfileKind) throws(OTLPError) {
        let (type, unit) =
            kind.values == .timesPeriod
            ? (self.textID("cpu"), self.textID("nanoseconds"))
            : (self.sharedID(kind.type), self.sharedID(kind.unit))
        self.writeType(field, type, unit)
    }

    private mutating func sharedID(_ range: ByteRange) -> Int { self.textID(self.tables.text(range)) }

    private mutating func writeType(_ field: UInt32, _ type: Int, _ unit: Int) {
        self.out.tag(field, .lengthDelimited)
        self.out.nested { writer in
            writer.tag(1, .varint)
            writer.varint(type)
            writer.tag(2, .varint)
            writer.varint(unit)
        }
    }

    mutating func writeHead(_ profile: SampleColumns, _ kind: ProfileKind, _ now: Int64) {
        if let type = kind.periodType, let unit = kind.periodUnit {
            self.writeType(11, self.sharedID(type), self.sharedID(unit))
        }
        let defaultDuration: UInt64 = 10_000_000_000
        for (field, value) in [
            (9, profile.timeNanoseconds == 0 ? UInt64(bitPattern: now) : profile.timeNanoseconds),
            (10, profile.durationNanoseconds == 0 ? defaultDuration : profile.durationNanoseconds),
            (12, UInt64(bitPattern: kind.period)),
        ] as [(UInt32, UInt64)] {
            self.out.tag(field, .varint)
            self.out.varint(value)
        }
    }
}
