// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProfileColumns

/// Functions in canonical order, strings as ids of the dataset's strings.
enum FunctionSection {
    static func encode(_ functions: [FunctionRow], to writer: inout ByteWriter) {
        var names = ByteWriter()
        var systemNames = ByteWriter()
        var files = ByteWriter()
        var lines = ByteWriter()
        var before = FunctionRow(name: 0, systemName: 0, file: 0, startLine: 0)
        for function in functions {
            names.varint(UInt64(function.name - before.name))
            systemNames.zigzag(Int64(function.systemName) - Int64(function.name))
            files.zigzag(Int64(function.file) - Int64(before.file))
            lines.zigzag(Int64(function.startLine))
            before = function
        }
        writer.varint(functions.count)
        for column in [names, systemNames, files, lines] { writer.lengthDelimited(column.bytes) }
    }

    static func decode(_ section: WireCursor, stringCount: Int) throws(WireError) -> [FunctionRow] {
        var cursor = section
        let count = try cursor.count(limit: Int(UInt32.max), bytesEach: 4)
        var names = try cursor.nested()
        var systemNames = try cursor.nested()
        var files = try cursor.nested()
        var lines = try cursor.nested()
        var functions: [FunctionRow] = []
        functions.reserveCapacity(count)
        var before = FunctionRow(name: 0, systemName: 0, file: 0, startLine: 0)
        for _ in 0..<count {
            let name = Int(before.name) + (try names.varint(below: stringCount))
            let systemName = Int64(name) &+ (try systemNames.zigzag())
            let file = Int64(before.file) &+ (try files.zigzag())
            guard name < stringCount, 0..<Int64(stringCount) ~= systemName, 0..<Int64(stringCount) ~= file,
                let startLine = Int32(exactly: try lines.zigzag())
            else { throw .outOfRange(at: names.offset) }
            before = FunctionRow(
                name: UInt32(name),
                systemName: UInt32(systemName),
                file: UInt32(file),
                startLine: startLine
            )
            functions.append(before)
        }
        return functions
    }
}

/// Mappings in canonical order, strings as ids of the dataset's strings.
enum MappingSection {
    static func encode(_ mappings: [MappingRow], to writer: inout ByteWriter) {
        writer.varint(mappings.count)
        for mapping in mappings {
            writer.varint(UInt64(mapping.buildID))
            writer.varint(UInt64(mapping.file))
            writer.varint(mapping.memoryStart)
            writer.varint(mapping.memoryLimit &- mapping.memoryStart)
            writer.varint(mapping.fileOffset)
            writer.byte(mapping.flags)
        }
    }

    static func decode(_ section: WireCursor, stringCount: Int) throws(WireError) -> [MappingRow] {
        var cursor = section
        let count = try cursor.count(limit: Int(UInt32.max) - 1, bytesEach: 6)
        var mappings: [MappingRow] = []
        mappings.reserveCapacity(count)
        for _ in 0..<count {
            let buildID = try cursor.varint(below: stringCount)
            let file = try cursor.varint(below: stringCount)
            let start = try cursor.varint()
            let byteCount = try cursor.varint()
            let offset = try cursor.varint()
            mappings.append(
                MappingRow(
                    memoryStart: start,
                    memoryLimit: start &+ byteCount,
                    fileOffset: offset,
                    file: UInt32(file),
                    buildID: UInt32(buildID),
                    flags: try cursor.byte()
                )
            )
        }
        return mappings
    }
}

/// Ids of functions and mappings in the tenant's symbol store, in the order of those sections.
struct SymbolIDs: Equatable, Sendable {
    var functions: [Int64]
    var mappings: [Int64]

    func encode(to writer: inout ByteWriter) {
        for ids in [self.functions, self.mappings] {
            writer.varint(ids.count)
            var column = ByteWriter()
            var before: Int64 = 0
            for id in ids {
                column.zigzag(id &- before)
                before = id
            }
            writer.lengthDelimited(column.bytes)
        }
    }

    static func decode(_ section: WireCursor) throws(WireError) -> SymbolIDs {
        var cursor = section
        let functions = try Self.decodeIDs(&cursor)
        return SymbolIDs(functions: functions, mappings: try Self.decodeIDs(&cursor))
    }

    private static func decodeIDs(_ cursor: inout WireCursor) throws(WireError) -> [Int64] {
        let count = try cursor.count(limit: Int(UInt32.max))
        var column = try cursor.nested()
        var ids: [Int64] = []
        ids.reserveCapacity(count)
        var before: Int64 = 0
        for _ in 0..<count {
            before = before &+ (try column.zigzag())
            ids.append(before)
        }
        return ids
    }
}
