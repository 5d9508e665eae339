// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// The head of a profile and its samples in columns, the same for all layouts.
struct SampleColumns {
    struct Sample {
        var stack: Int32 = 0
        /// Locations of a slice, in the layout that has them.
        var slice = IndexRun()
        /// 0 for none.
        var link: Int32 = 0
        var hasLink = false
        var attributes = IndexRun()
        var values = IndexRun()
        var timestampCount = 0
    }

    struct ValueType: Equatable {
        var type: Int32 = 0
        var unit: Int32 = 0
    }

    /// Attributes and values that the samples of one profile may have together.
    private static let indexCountMax = 2 << 20

    let layout: ProfileLayout
    var sampleTypes: [ValueType] = []
    var periodType: ValueType?
    var period: Int64 = 0
    var timeNanoseconds: UInt64 = 0
    var durationNanoseconds: UInt64 = 0
    var id = ByteRange.empty
    var samples: [Sample] = []
    var attributes: [Int32] = []
    var values: [Int64] = []
    /// The profile's own list of locations, in the layout that has one.
    var locations: [Int32] = []

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
        case (.slices, 3): try cursor.integers(tag, into: &self.locations, limit: Self.indexCountMax)
        case (.slices, 4), (.current, 3), (.valuesFirst, 3):
            self.timeNanoseconds = try cursor.number(tag) ?? 0
        case (.slices, 5), (.current, 4), (.valuesFirst, 4):
            self.durationNanoseconds = try cursor.number(tag) ?? 0
        case (.slices, 6), (.current, 5), (.valuesFirst, 5):
            guard tag.kind == .lengthDelimited else { return try cursor.skip(tag) }
            self.periodType = try Self.valueType(try cursor.nested())
        case (.slices, 7), (.current, 6), (.valuesFirst, 6):
            self.period = Int64(bitPattern: try cursor.number(tag) ?? 0)
        case (.slices, 10), (.current, 7): self.id = try cursor.span(tag)
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
        case (.slices, 1): .start
        case (.slices, 2): .length
        case (.current, 1), (.valuesFirst, 1): .stack
        case (.slices, 3), (.valuesFirst, 2), (.current, 4): .values
        case (.slices, 4), (.valuesFirst, 3), (.current, 2): .attributes
        case (.slices, 5), (.valuesFirst, 4), (.current, 3): .link
        case (.slices, 6), (.valuesFirst, 5), (.current, 5): .timestamps
        default: .unknown
        }
    }

    private mutating func readSample(_ cursor: consuming WireCursor) throws(WireError) {
        var sample = Sample()
        let (firstAttribute, firstValue) = (self.attributes.count, self.values.count)
        while let tag = try cursor.tag() {
            switch self.meaning(of: tag.field) {
            case .stack: sample.stack = try cursor.index(tag)
            case .start: sample.slice.start = try cursor.index(tag)
            case .length: sample.slice.count = try cursor.index(tag)
            case .values: try cursor.integers(tag, into: &self.values, limit: Self.indexCountMax)
            case .attributes: try cursor.integers(tag, into: &self.attributes, limit: Self.indexCountMax)
            case .link:
                sample.link = try cursor.index(tag)
                sample.hasLink = self.layout == .slices || sample.link != 0
            case .timestamps: sample.timestampCount += try Self.countTimestamps(tag, &cursor)
            case .unknown: try cursor.skip(tag)
            }
        }
        sample.attributes = IndexRun(
            start: Int32(firstAttribute),
            count: Int32(self.attributes.count - firstAttribute)
        )
        sample.values = IndexRun(start: Int32(firstValue), count: Int32(self.values.count - firstValue))
        self.samples.append(sample)
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
