// SPDX-License-Identifier: Apache-2.0
internal import ProfileColumns
internal import ProfileModel
internal import WireAPI

/// Writes samples as a pprof whose tables hold what the samples need, ids 1, 2, 3… in order of first use.
struct PprofAssembly {
    private let columns: LocationColumns
    private(set) var profile = GoogleV1.Profile()
    private var strings: [UInt32: Int64] = [0: 0]
    private var functions: [UInt32: UInt64] = [:]
    private var mappings: [UInt32: UInt64] = [:]
    private var locations: [UInt32: UInt64] = [:]

    /// A profile of one type that ends at `time`.
    init(_ columns: LocationColumns, type: ProfileType, time: Int64) {
        var columns = columns
        let ids = [type.sampleType, type.sampleUnit, type.periodType, type.periodUnit].map {
            columns.string($0)
        }
        self.columns = columns
        self.profile.stringTable = [""]
        let texts = ids.map { self.string($0) }
        var sampleType = GoogleV1.ValueType()
        (sampleType.type, sampleType.unit) = (texts[0], texts[1])
        var periodType = GoogleV1.ValueType()
        (periodType.type, periodType.unit) = (texts[2], texts[3])
        self.profile.sampleType = [sampleType]
        self.profile.periodType = periodType
        self.profile.defaultSampleType = texts[0]
        self.profile.timeNanos = time
        switch type.name {
        case "process_cpu": self.profile.period = 1_000_000_000
        case "memory": self.profile.period = 524_288
        default: self.profile.period = 1
        }
    }

    /// Appends a sample.
    mutating func append(_ sample: LocationMerger.Sample) {
        var message = GoogleV1.Sample()
        message.locationID = sample.stack.map { self.location($0) }
        message.value = [sample.value]
        self.profile.sample.append(message)
    }

    private mutating func location(_ index: UInt32) -> UInt64 {
        if let known = self.locations[index] { return known }
        let row = self.columns.locations[Int(index)]
        var message = GoogleV1.Location()
        message.id = UInt64(self.profile.location.count + 1)
        message.isFolded = row.flags & 1 != 0
        message.address = row.address
        if row.mapping != LocationRow.noMapping {
            message.mappingID = self.mapping(row.mapping)
            if row.address != 0 {
                message.address &+= self.columns.mappings[Int(row.mapping)].memoryStart
            }
        }
        for row in row.lines {
            var line = GoogleV1.Line()
            line.functionID = self.function(row.function)
            line.line = Int64(row.line)
            message.line.append(line)
        }
        self.profile.location.append(message)
        self.locations[index] = message.id
        return message.id
    }

    private mutating func function(_ index: UInt32) -> UInt64 {
        if let known = self.functions[index] { return known }
        let row = self.columns.functions[Int(index)]
        var message = GoogleV1.Function()
        message.id = UInt64(self.profile.function.count + 1)
        message.name = self.string(row.name)
        message.systemName = self.string(row.systemName)
        message.filename = self.string(row.file)
        message.startLine = Int64(row.startLine)
        self.profile.function.append(message)
        self.functions[index] = message.id
        return message.id
    }

    private mutating func mapping(_ index: UInt32) -> UInt64 {
        if let known = self.mappings[index] { return known }
        let row = self.columns.mappings[Int(index)]
        var message = GoogleV1.Mapping()
        message.id = UInt64(self.profile.mapping.count + 1)
        message.memoryStart = row.memoryStart
        message.memoryLimit = row.memoryLimit
        message.fileOffset = row.fileOffset
        message.filename = self.string(row.file)
        message.buildID = self.string(row.buildID)
        message.hasFunctions = row.flags & 1 != 0
        message.hasFilenames = row.flags & 2 != 0
        message.hasLineNumbers = row.flags & 4 != 0
        message.hasInlineFrames = row.flags & 8 != 0
        self.profile.mapping.append(message)
        self.mappings[index] = message.id
        return message.id
    }

    private mutating func string(_ index: UInt32) -> Int64 {
        if let known = self.strings[index] { return known }
        let id = Int64(self.profile.stringTable.count)
        self.profile.stringTable.append(self.columns.strings[Int(index)])
        self.strings[index] = id
        return id
    }
}
