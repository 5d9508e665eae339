// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

extension DictionaryTables {
    /// Whose field a table is.
    enum Source {
        /// `ProfilesDictionary`.
        case dictionary
        /// `Profile` before release 1.7.
        case profile
        /// The same in JSON (`ExportShape`).
        case namedProfile
    }

    private enum Table { case mapping, location, function, link, string, attribute, stack }

    private static func table(_ field: UInt32, of source: Source) -> Table? {
        switch (source, field) {
        case (.dictionary, 1), (.profile, 3), (.namedProfile, 21): .mapping
        case (.dictionary, 2), (.profile, 4), (.namedProfile, 22): .location
        case (.dictionary, 3), (.profile, 6), (.namedProfile, 23): .function
        case (.dictionary, 4), (.profile, 9), (.namedProfile, 24): .link
        case (.dictionary, 5), (.profile, 10), (.namedProfile, 25): .string
        case (.dictionary, 6), (.profile, 7), (.namedProfile, 26): .attribute
        case (.dictionary, 7): .stack
        default: nil
        }
    }

    /// Adds the tables of a message; a request may bring its dictionary in pieces.
    mutating func read(_ range: Range<Int>, _ source: Source) throws(WireError) {
        let bytes = self.bytes
        var cursor = WireCursor(bytes.span, in: range)
        while let tag = try cursor.tag() {
            guard tag.kind == .lengthDelimited, let table = Self.table(tag.field, of: source) else {
                try cursor.skip(tag)
                continue
            }
            switch table {
            case .mapping: try self.readMapping(try cursor.nested())
            case .location: try self.readLocation(try cursor.nested())
            case .function: try self.readFunction(try cursor.nested())
            case .link: try self.readLink(try cursor.nested())
            case .string:
                try Self.checkRoom(self.strings.count, Limit.strings, cursor.offset)
                self.strings.append(try cursor.span(tag))
            case .attribute:
                try Self.checkRoom(self.attributes.count, Limit.entries, cursor.offset)
                self.attributes.append(try AttributeEntry(try cursor.nested(), .dictionary))
            case .stack: try self.readStack(try cursor.nested())
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
