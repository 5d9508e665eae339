// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

extension DictionaryTables {
    /// Adds what a `ProfilesDictionary` holds; a request may bring it in pieces.
    mutating func read(_ range: Range<Int>) throws(WireError) {
        let bytes = self.bytes
        var cursor = WireCursor(bytes.span, in: range)
        while let tag = try cursor.tag() {
            guard tag.kind == .lengthDelimited else {
                try cursor.skip(tag)
                continue
            }
            switch tag.field {
            case 1: try self.readMapping(try cursor.nested())
            case 2: try self.readLocation(try cursor.nested())
            case 3: try self.readFunction(try cursor.nested())
            case 4: try self.readLink(try cursor.nested())
            case 5:
                try Self.checkRoom(self.strings.count, Limit.strings, cursor.offset)
                self.strings.append(try cursor.span(tag))
            case 6:
                try Self.checkRoom(self.attributes.count, Limit.entries, cursor.offset)
                self.attributes.append(try AttributeEntry(try cursor.nested(), .dictionary))
            case 7: try self.readStack(try cursor.nested())
            default: try cursor.skip(tag)
            }
        }
    }

    private static func checkRoom(_ count: Int, _ limit: Int, _ offset: Int) throws(WireError) {
        guard count < limit else { throw .tooMany(at: offset, limit: limit) }
    }

    private func run(from start: Int) -> IndexRun {
        IndexRun(start: Int32(start), count: Int32(self.indices.count - start))
    }

    private mutating func readMapping(_ cursor: consuming WireCursor) throws(WireError) {
        try Self.checkRoom(self.mappings.count, Limit.mappings, cursor.offset)
        var mapping = Mapping()
        let start = self.indices.count
        while let tag = try cursor.tag() {
            switch tag.field {
            case 1: mapping.memoryStart = try cursor.number(tag) ?? 0
            case 2: mapping.memoryLimit = try cursor.number(tag) ?? 0
            case 3: mapping.fileOffset = try cursor.number(tag) ?? 0
            case 4: mapping.filename = try cursor.index(tag)
            case 5: try cursor.integers(tag, into: &self.indices, limit: Limit.indices)
            default: try cursor.skip(tag)
            }
        }
        mapping.attributes = self.run(from: start)
        self.mappings.append(mapping)
    }

    private mutating func readLocation(_ cursor: consuming WireCursor) throws(WireError) {
        try Self.checkRoom(self.locations.count, Limit.entries, cursor.offset)
        var location = Location()
        let start = self.lines.count
        while let tag = try cursor.tag() {
            switch (tag.field, tag.kind) {
            case (1, _): location.mapping = try cursor.index(tag)
            case (2, _): location.address = try cursor.number(tag) ?? 0
            case (3, .lengthDelimited):
                try Self.checkRoom(self.lines.count - start, Limit.linesPerLocation, cursor.offset)
                try self.readLine(try cursor.nested())
            default: try cursor.skip(tag)
            }
        }
        location.lines = IndexRun(start: Int32(start), count: Int32(self.lines.count - start))
        self.locations.append(location)
    }

    private mutating func readLine(_ cursor: consuming WireCursor) throws(WireError) {
        try Self.checkRoom(self.lines.count, Limit.lines, cursor.offset)
        var line = Line()
        while let tag = try cursor.tag() {
            switch tag.field {
            case 1: line.function = try cursor.index(tag)
            case 2: line.line = Int64(bitPattern: try cursor.number(tag) ?? 0)
            default: try cursor.skip(tag)
            }
        }
        self.lines.append(line)
    }

    private mutating func readFunction(_ cursor: consuming WireCursor) throws(WireError) {
        try Self.checkRoom(self.functions.count, Limit.entries, cursor.offset)
        var function = Function()
        while let tag = try cursor.tag() {
            switch tag.field {
            case 1: function.name = try cursor.index(tag)
            case 2: function.systemName = try cursor.index(tag)
            case 3: function.filename = try cursor.index(tag)
            case 4: function.startLine = Int64(bitPattern: try cursor.number(tag) ?? 0)
            default: try cursor.skip(tag)
            }
        }
        self.functions.append(function)
    }

    private mutating func readLink(_ cursor: consuming WireCursor) throws(WireError) {
        try Self.checkRoom(self.links.count, Limit.entries, cursor.offset)
        var link = Link()
        while let tag = try cursor.tag() {
            switch tag.field {
            case 1: link.trace = try cursor.span(tag)
            case 2: link.span = try cursor.span(tag)
            default: try cursor.skip(tag)
            }
        }
        self.links.append(link)
    }

    private mutating func readStack(_ cursor: consuming WireCursor) throws(WireError) {
        try Self.checkRoom(self.stacks.count, Limit.entries, cursor.offset)
        let start = self.indices.count
        while let tag = try cursor.tag() {
            guard tag.field == 1 else {
                try cursor.skip(tag)
                continue
            }
            try cursor.integers(tag, into: &self.indices, limit: Limit.indices)
        }
        self.stacks.append(self.run(from: start))
    }
}
