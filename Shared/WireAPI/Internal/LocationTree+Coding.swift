// SPDX-License-Identifier: Apache-2.0
package import ByteCoding
package import ProfileColumns

/// A tree of locations on its way to the querier: strings (text ids), functions, mappings, locations with
/// their lines, then node by node how far back the parent is, the location and the self value; the root only
/// has a self value.
extension LocationTree: PartialElement {
    package static var partialKind: UInt8 { 8 }
    package static var byteCountMin: Int { 6 }

    package func encode(to writer: inout ByteWriter, texts: inout PartialTexts) {
        let dictionary = self.dictionary
        writer.varint(dictionary.strings.count)
        for id in 0..<dictionary.strings.count {
            writer.varint(texts.id(dictionary.strings[UInt32(id)]))
        }
        writer.varint(dictionary.functions.count)
        for function in dictionary.functions {
            writer.varint(UInt64(function.name))
            writer.varint(UInt64(function.systemName))
            writer.varint(UInt64(function.file))
            writer.zigzag(Int64(function.startLine))
        }
        writer.varint(dictionary.mappings.count)
        for mapping in dictionary.mappings {
            writer.varint(mapping.memoryStart)
            writer.varint(mapping.memoryLimit)
            writer.varint(mapping.fileOffset)
            writer.varint(UInt64(mapping.file))
            writer.varint(UInt64(mapping.buildID))
            writer.byte(mapping.flags)
        }
        writer.varint(dictionary.locations.count)
        for location in dictionary.locations {
            writer.varint(UInt64(location.mapping &+ 1))
            writer.varint(location.address)
            writer.byte(location.flags)
            let first = Int(location.firstLine)
            writer.varint(UInt64(location.lineCount))
            for line in dictionary.lines[first..<first + Int(location.lineCount)] {
                writer.varint(UInt64(line.function))
                writer.zigzag(Int64(line.line))
            }
        }
        writer.varint(dictionary.nodeCount)
        for node in 0..<dictionary.nodeCount {
            if node > 0 {
                writer.varint(node - 1 - Int(dictionary.nodeParents[node]))
                writer.varint(UInt64(dictionary.nodeLocations[node]))
            }
            writer.zigzag(self.selfValues[node])
        }
    }

    /// Reads what `encode` wrote; every index exists, and a parent comes before its children.
    package init(from cursor: inout WireCursor, texts: borrowing PartialTexts) throws(WireError) {
        var dictionary = DatasetDictionary()
        let stringCount = try cursor.count(limit: PartialLimits.textCountMax)
        var byteCount = 0
        for id in 0..<stringCount {
            let text = try texts.text(&cursor)
            byteCount += text.utf8.count
            // An id may be sent often, its text only once.
            guard byteCount <= Self.stringByteCountMax else { throw .outOfRange(at: cursor.offset) }
            if id > 0 { _ = dictionary.strings.append(contentsOf: text.utf8) }
        }
        guard stringCount > 0 else { throw .outOfRange(at: cursor.offset) }
        try dictionary.readFunctions(&cursor)
        try dictionary.readMappings(&cursor)
        try dictionary.readLocations(&cursor)
        self.init(checked: dictionary, selfValues: [])
        let start = cursor.offset
        let count = try cursor.count(limit: PartialLimits.nodeCountMax)
        guard count > 0, (count - 1) * 3 < cursor.remainingCount else { throw .truncated(at: start) }
        self.selfValues.append(try cursor.zigzag())
        for node in 1..<count {
            let back = try cursor.varint(below: node)
            self.dictionary.nodeParents.append(UInt32(node - 1 - back))
            let location = try cursor.varint(below: dictionary.locations.count)
            self.dictionary.nodeLocations.append(UInt32(location))
            self.selfValues.append(try cursor.zigzag())
        }
    }

    private static var stringByteCountMax: Int { 1 << 30 }
}

extension DatasetDictionary {
    fileprivate mutating func readFunctions(_ cursor: inout WireCursor) throws(WireError) {
        for _ in 0..<(try cursor.count(limit: PartialLimits.textCountMax, bytesEach: 4)) {
            let name = try cursor.varint(below: self.strings.count)
            let systemName = try cursor.varint(below: self.strings.count)
            let file = try cursor.varint(below: self.strings.count)
            self.functions.append(
                FunctionRow(
                    name: UInt32(name),
                    systemName: UInt32(systemName),
                    file: UInt32(file),
                    startLine: try Self.lineNumber(&cursor)
                )
            )
        }
    }

    fileprivate mutating func readMappings(_ cursor: inout WireCursor) throws(WireError) {
        for _ in 0..<(try cursor.count(limit: PartialLimits.textCountMax, bytesEach: 6)) {
            let start = try cursor.varint()
            let limit = try cursor.varint()
            let offset = try cursor.varint()
            let file = try cursor.varint(below: self.strings.count)
            let buildID = try cursor.varint(below: self.strings.count)
            self.mappings.append(
                MappingRow(
                    memoryStart: start,
                    memoryLimit: limit,
                    fileOffset: offset,
                    file: UInt32(file),
                    buildID: UInt32(buildID),
                    flags: try cursor.byte()
                )
            )
        }
    }

    fileprivate mutating func readLocations(_ cursor: inout WireCursor) throws(WireError) {
        for _ in 0..<(try cursor.count(limit: PartialLimits.nodeCountMax, bytesEach: 4)) {
            let mapping = try cursor.varint(below: self.mappings.count + 1)
            let address = try cursor.varint()
            let flags = try cursor.byte()
            let lineCount = try cursor.count(limit: PartialLimits.nodeCountMax, bytesEach: 2)
            self.locations.append(
                LocationRow(
                    mapping: UInt32(mapping) &- 1,
                    firstLine: UInt32(self.lines.count),
                    lineCount: UInt32(lineCount),
                    flags: flags,
                    address: address
                )
            )
            for _ in 0..<lineCount {
                let function = try cursor.varint(below: self.functions.count)
                self.lines.append(LineRow(function: UInt32(function), line: try Self.lineNumber(&cursor)))
            }
        }
    }

    private static func lineNumber(_ cursor: inout WireCursor) throws(WireError) -> Int32 {
        guard let number = Int32(exactly: try cursor.zigzag()) else { throw .outOfRange(at: cursor.offset) }
        return number
    }
}
