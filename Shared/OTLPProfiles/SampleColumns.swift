// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// The head of a profile and its samples in columns, the same for all layouts.
struct SampleColumns {
    struct Sample {
        var stack: Int32 = 0
        /// Locations of a slice, in the layout that has them.
        var slice = IndexRun()
        var link: Int32?
        var attributes = IndexRun()
        var values = Values()
        var timestampCount: Int32 = 0
    }

    /// What counts of a sample's values: one, or the sum of several.
    struct Values {
        var sum: Int64 = 0
        var count: Int32 = 0
        var hasOverflow = false

        mutating func add(_ number: UInt64) {
            self.count &+= 1
            let (sum, overflow) = self.sum.addingReportingOverflow(Int64(bitPattern: number))
            self.sum = sum
            self.hasOverflow = self.hasOverflow || overflow
        }
    }

    struct ValueType: Equatable {
        var type: Int32 = 0
        var unit: Int32 = 0
    }

    /// Attributes that the samples of one profile may have together, and locations in a list of its own.
    private static let indexCountMax = 1 << 20

    let layout: ProfileLayout
    var sampleTypes: [ValueType] = []
    var periodType: ValueType?
    var period: Int64 = 0
    var timeNanoseconds: UInt64 = 0
    var durationNanoseconds: UInt64 = 0
    var id = ByteRange.empty
    var samples: [Sample] = []
    var attributes: [Int32] = []
    /// The profile's own list of locations, in the layout that has one.
    var locations: [Int32] = []

    /// Whether stacks are slices of `locations`.
    var hasSlices: Bool {
        switch self.layout {
        case .slices, .ownTables: true
        case .named: !self.locations.isEmpty
        case .current, .valuesFirst: false
        }
    }

    init(
        _ bytes: Span<UInt8>,
        profile range: Range<Int>,
        _ layout: ProfileLayout,
        sampleCountMax: Int
    ) throws(WireError) {
        self.layout = layout
        var cursor = WireCursor(bytes, in: range)
        while let tag = try cursor.tag() {
            switch (tag.field, tag.kind) {
            case (1, .lengthDelimited):
                guard self.sampleTypes.count < 64 else { throw .tooMany(at: cursor.offset, limit: 64) }
                self.sampleTypes.append(try Self.valueType(try cursor.nested()))
            case (2, .lengthDelimited):
                guard self.samples.count < sampleCountMax else {
                    throw .tooMany(at: cursor.offset, limit: sampleCountMax)
                }
                try self.readSample(try cursor.nested())
            default: try self.readField(tag, &cursor)
            }
        }
    }

    private mutating func readField(_ tag: WireTag, _ cursor: inout WireCursor) throws(WireError) {
        switch (self.layout, tag.field) {
        case (.slices, 3), (.ownTables, 5), (.named, 12):
            try cursor.integers(tag, into: &self.locations, limit: Self.indexCountMax)
        case (.slices, 4), (.ownTables, 11), (.current, 3), (.valuesFirst, 3), (.named, 3):
            self.timeNanoseconds = try cursor.number(tag) ?? 0
        case (.slices, 5), (.ownTables, 12), (.current, 4), (.valuesFirst, 4), (.named, 4):
            self.durationNanoseconds = try cursor.number(tag) ?? 0
        case (.slices, 6), (.ownTables, 13), (.current, 5), (.valuesFirst, 5), (.named, 5):
            guard tag.kind == .lengthDelimited else { return try cursor.skip(tag) }
            self.periodType = try Self.valueType(try cursor.nested())
        case (.slices, 7), (.ownTables, 14), (.current, 6), (.valuesFirst, 6), (.named, 6):
            self.period = Int64(bitPattern: try cursor.number(tag) ?? 0)
        case (.slices, 10), (.ownTables, 17), (.current, 7), (.named, 7), (.valuesFirst, 7...8):
            // In release 1.8, field 7 held comments.
            let id = try cursor.span(tag)
            if id.range.count == 16 { self.id = id }
        default: try cursor.skip(tag)
        }
    }

    private static func valueType(_ cursor: consuming WireCursor) throws(WireError) -> ValueType {
        var type = ValueType()
        while let tag = try cursor.tag() {
            switch tag.field {
            case 1: type.type = try cursor.index(tag)
            case 2: type.unit = try cursor.index(tag)
            default: try cursor.skip(tag)
            }
        }
        return type
    }

    private enum SampleField { case stack, start, length, values, attributes, link, timestamps, unknown }

    @inline(__always)
    private func meaning(of field: UInt32) -> SampleField {
        switch (self.layout, field) {
        case (.slices, 1), (.ownTables, 1), (.named, 6): .start
        case (.slices, 2), (.ownTables, 2), (.named, 7): .length
        case (.current, 1), (.valuesFirst, 1), (.named, 1): .stack
        case (.slices, 3), (.ownTables, 3), (.valuesFirst, 2), (.current, 4), (.named, 4): .values
        case (.slices, 4), (.ownTables, 4), (.valuesFirst, 3), (.current, 2), (.named, 2): .attributes
        case (.slices, 5), (.ownTables, 5), (.valuesFirst, 4), (.current, 3), (.named, 3): .link
        case (.slices, 6), (.ownTables, 6), (.valuesFirst, 5), (.current, 5), (.named, 5): .timestamps
        default: .unknown
        }
    }

    private mutating func readSample(_ cursor: consuming WireCursor) throws(WireError) {
        var sample = Sample()
        let firstAttribute = self.attributes.count
        while let tag = try cursor.tag() {
            switch self.meaning(of: tag.field) {
            case .stack: sample.stack = try cursor.index(tag)
            case .start: sample.slice.start = try cursor.index(tag)
            case .length: sample.slice.count = try cursor.index(tag)
            case .values: try Self.add(tag, &cursor, to: &sample.values)
            case .attributes: try cursor.integers(tag, into: &self.attributes, limit: Self.indexCountMax)
            case .link: sample.link = try cursor.index(tag)
            case .timestamps:
                sample.timestampCount &+= Int32(truncatingIfNeeded: try Self.countTimestamps(tag, &cursor))
            case .unknown: try cursor.skip(tag)
            }
        }
        sample.attributes = IndexRun(
            start: Int32(firstAttribute),
            count: Int32(self.attributes.count - firstAttribute)
        )
        self.samples.append(sample)
    }

    private static func add(
        _ tag: WireTag,
        _ cursor: inout WireCursor,
        to values: inout Values
    ) throws(WireError) {
        guard tag.kind == .lengthDelimited else {
            if let number = try cursor.number(tag) { values.add(number) }
            return
        }
        var packed = try cursor.nested()
        while !packed.isAtEnd { values.add(try packed.varint()) }
    }

    /// Timestamps are fixed64; as varints, which the oldest layout may have, they take nine bytes each.
    private static func countTimestamps(_ tag: WireTag, _ cursor: inout WireCursor) throws(WireError) -> Int {
        guard tag.kind == .lengthDelimited else {
            try cursor.skip(tag)
            return 1
        }
        let start = cursor.offset
        let packed = try cursor.lengthDelimited()
        if packed.count.isMultiple(of: 8) { return packed.count / 8 }
        guard packed.count.isMultiple(of: 9) else { throw .outOfRange(at: start) }
        return packed.count / 9
    }
}
