// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// The tables of a pprof as sent: ids not resolved yet, indices not checked yet.
struct RawTables: ~Copyable {
    struct Function: BitwiseCopyable {
        var id: UInt64 = 0
        var name: UInt32 = 0
        var systemName: UInt32 = 0
        var file: UInt32 = 0
        var startLine: Int32 = 0
    }

    struct Mapping: BitwiseCopyable {
        var id: UInt64 = 0
        var memoryStart: UInt64 = 0
        var memoryLimit: UInt64 = 0
        var fileOffset: UInt64 = 0
        var file: UInt32 = 0
        var buildID: UInt32 = 0
        var flags: UInt8 = 0
    }

    struct Location: BitwiseCopyable {
        var id: UInt64 = 0
        var mappingID: UInt64 = 0
        var address: UInt64 = 0
        var firstLine: UInt32 = 0
        var lineCount: UInt32 = 0
        var flags: UInt8 = 0
    }

    struct Line: BitwiseCopyable {
        var functionID: UInt64 = 0
        var line: Int32 = 0
    }

    /// The fields that occur once.
    struct Header: BitwiseCopyable {
        var time: Int64 = 0
        var duration: Int64 = 0
        var period: Int64 = 0
        var periodType = DecodedProfile.ValueType(type: 0, unit: 0)
    }

    /// Most rows of each table, whatever the tenant's limits say (spec/reliability 2.1).
    static let locationCountMax = 65_536
    static let functionCountMax = 65_536
    static let mappingCountMax = 4_096
    static let stringCountMax = 131_072
    static let linesPerLocationMax = 64
    static let lineCountMax = 262_144
    static let sampleTypeCountMax = 64
    static let frameCountMax = 4 << 20
    static let valueCountMax = 4 << 20

    /// The inflated bytes and the strings in them.
    var texts = TextTable()
    /// Strings that are not plain ASCII and must be checked.
    var suspects = Column<UInt32>()
    var functions = Column<Function>()
    var mappings = Column<Mapping>()
    var locations = Column<Location>()
    var lines = Column<Line>()
    /// Where each sample lies in the inflated bytes.
    var samples = Column<DecodedProfile.Text>()
    var sampleTypes = Column<DecodedProfile.ValueType>()
    var header = Header()

    mutating func removeAll() {
        self.texts.madeByteCount = 0
        self.texts.strings.removeAll()
        self.suspects.removeAll()
        self.functions.removeAll()
        self.mappings.removeAll()
        self.locations.removeAll()
        self.lines.removeAll()
        self.samples.removeAll()
        self.sampleTypes.removeAll()
        self.header = Header()
    }
}
