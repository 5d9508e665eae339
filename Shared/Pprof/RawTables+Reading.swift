// SPDX-License-Identifier: Apache-2.0
//
// Invariant: `PprofReader` bounds every read; `isASCII` reads whole words, at most 7 bytes past the string,
// which the slack behind the buffer covers.
internal import ByteCoding

extension RawTables {
    /// Reads everything but the samples' contents, in one pass over the profile's fields.
    mutating func read(_ profile: consuming PprofReader, sampleCountMax: Int) throws(PprofFault) {
        var reader = profile
        while try reader.more() {
            let tag = try reader.varint()
            switch tag {
            case 0x12:
                let range = try reader.range()
                try Self.room(self.samples.count, sampleCountMax, .samples, reader)
                self.samples.append(Self.text(range))
            case 0x32:
                let range = try reader.range()
                try Self.room(self.texts.strings.count, Self.stringCountMax, .strings, reader)
                if unsafe !Self.isASCII(reader.base, range) {
                    self.suspects.append(UInt32(self.texts.strings.count))
                }
                self.texts.strings.append(Self.text(range))
            case 0x22:
                try Self.room(self.locations.count, Self.locationCountMax, .locations, reader)
                try self.readLocation(reader.message())
            case 0x2A:
                try Self.room(self.functions.count, Self.functionCountMax, .functions, reader)
                try self.readFunction(reader.message())
            case 0x1A:
                try Self.room(self.mappings.count, Self.mappingCountMax, .mappings, reader)
                try self.readMapping(reader.message())
            case 0x0A:
                try Self.room(self.sampleTypes.count, Self.sampleTypeCountMax, .sampleTypes, reader)
                var type = DecodedProfile.ValueType(type: 0, unit: 0)
                try Self.readValueType(reader.message(), into: &type)
                self.sampleTypes.append(type)
            case 0x48: self.header.time = Int64(bitPattern: try reader.varint())
            case 0x50: self.header.duration = Int64(bitPattern: try reader.varint())
            case 0x5A: try Self.readValueType(reader.message(), into: &self.header.periodType)
            case 0x60: self.header.period = Int64(bitPattern: try reader.varint())
            default: try reader.skip(tag, known: 0b1_1110_0111_1110)
            }
        }
    }

    /// How many samples there are, for an answer that names the number.
    static func countSamples(_ reader: consuming PprofReader) -> Int {
        var reader = reader
        var count = 0
        do throws(PprofFault) {
            while try reader.more() {
                let tag = try reader.varint()
                if tag == 0x12 { count += 1 }
                try reader.skip(tag, known: 0)
            }
        } catch {
            // What follows the damage is not counted; the profile is refused in any case.
        }
        return count
    }

    private mutating func readLocation(_ message: consuming PprofReader) throws(PprofFault) {
        var reader = message
        var location = Location()
        location.firstLine = UInt32(self.lines.count)
        while try reader.more() {
            let tag = try reader.varint()
            switch tag {
            case 0x08: location.id = try reader.varint()
            case 0x10: location.mappingID = try reader.varint()
            case 0x18: location.address = try reader.varint()
            case 0x22:
                let count = self.lines.count - Int(location.firstLine)
                try Self.room(count, Self.linesPerLocationMax, .lines, reader)
                try Self.room(self.lines.count, Self.lineCountMax, .lines, reader)
                try self.readLine(reader.message())
            case 0x28: location.flags = try reader.varint() == 0 ? 0 : 1
            default: try reader.skip(tag, known: 0b11_1110)
            }
        }
        location.lineCount = UInt32(self.lines.count) - location.firstLine
        self.locations.append(location)
    }

    @inline(__always)
    private mutating func readLine(_ message: consuming PprofReader) throws(PprofFault) {
        var reader = message
        var line = Line()
        while try reader.more() {
            let tag = try reader.varint()
            switch tag {
            case 0x08: line.functionID = try reader.varint()
            case 0x10: line.line = Int32(clamping: Int64(bitPattern: try reader.varint()))
            default: try reader.skip(tag, known: 0b110)
            }
        }
        self.lines.append(line)
    }

    private mutating func readFunction(_ message: consuming PprofReader) throws(PprofFault) {
        var reader = message
        var function = Function()
        while try reader.more() {
            let tag = try reader.varint()
            switch tag {
            case 0x08: function.id = try reader.varint()
            case 0x10: function.name = UInt32(clamping: try reader.varint())
            case 0x18: function.systemName = UInt32(clamping: try reader.varint())
            case 0x20: function.file = UInt32(clamping: try reader.varint())
            case 0x28: function.startLine = Int32(clamping: Int64(bitPattern: try reader.varint()))
            default: try reader.skip(tag, known: 0b11_1110)
            }
        }
        self.functions.append(function)
    }

    private mutating func readMapping(_ message: consuming PprofReader) throws(PprofFault) {
        var reader = message
        var mapping = Mapping()
        while try reader.more() {
            let tag = try reader.varint()
            switch tag {
            case 0x08: mapping.id = try reader.varint()
            case 0x10: mapping.memoryStart = try reader.varint()
            case 0x18: mapping.memoryLimit = try reader.varint()
            case 0x20: mapping.fileOffset = try reader.varint()
            case 0x28: mapping.file = UInt32(clamping: try reader.varint())
            case 0x30: mapping.buildID = UInt32(clamping: try reader.varint())
            case 0x38, 0x40, 0x48, 0x50:
                let bit = UInt8(1) &<< UInt8((tag &- 0x38) &>> 3)
                mapping.flags = try reader.varint() == 0 ? mapping.flags & ~bit : mapping.flags | bit
            default: try reader.skip(tag, known: 0b111_1111_1110)
            }
        }
        self.mappings.append(mapping)
    }

    private static func readValueType(
        _ message: consuming PprofReader,
        into type: inout DecodedProfile.ValueType
    ) throws(PprofFault) {
        var reader = message
        while try reader.more() {
            let tag = try reader.varint()
            switch tag {
            case 0x08: type.type = UInt32(clamping: try reader.varint())
            case 0x10: type.unit = UInt32(clamping: try reader.varint())
            default: try reader.skip(tag, known: 0b110)
            }
        }
    }

    @inline(__always)
    private static func room(
        _ count: Int,
        _ limit: Int,
        _ what: PprofFault.Counted,
        _ reader: PprofReader
    ) throws(PprofFault) {
        guard count < limit else { throw reader.fault(.tooMany(what, limit: limit)) }
    }

    @inline(__always)
    private static func text(_ range: Range<Int>) -> DecodedProfile.Text {
        DecodedProfile.Text(
            offset: UInt32(truncatingIfNeeded: range.lowerBound),
            count: UInt32(truncatingIfNeeded: range.count)
        )
    }

    /// Whether no byte of `range` has its top bit set.
    @inline(__always)
    private static func isASCII(_ base: UnsafePointer<UInt8>, _ range: Range<Int>) -> Bool {
        var bits: UInt64 = 0
        var at = range.lowerBound
        while range.upperBound &- at >= 8 {
            bits |= unsafe UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self)
            at &+= 8
        }
        let left = range.upperBound &- at
        if left > 0 {
            let word = unsafe UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self)
            bits |= UInt64(littleEndian: word) & (UInt64.max &>> UInt64(64 &- 8 &* left))
        }
        return bits & 0x8080_8080_8080_8080 == 0
    }
}
