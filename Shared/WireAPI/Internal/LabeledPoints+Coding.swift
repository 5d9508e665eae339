// SPDX-License-Identifier: Apache-2.0
package import ByteCoding
package import ProfileColumns
internal import ProfileModel

/// Points: labels of the group, other labels, then time (as the step from the one before), value, uid, span
/// and trace of each.
extension LabeledPoints: PartialElement {
    package static var partialKind: UInt8 { 4 }
    package static var byteCountMin: Int { 3 }

    package func encode(to writer: inout ByteWriter, texts: inout PartialTexts) {
        self.labels.encode(to: &writer, texts: &texts)
        self.rest.encode(to: &writer, texts: &texts)
        writer.varint(self.points.count)
        var previous: Int64 = 0
        for point in self.points {
            writer.zigzag(point.timeNanoseconds &- previous)
            writer.zigzag(point.value)
            writer.fixed64(point.uid.high)
            writer.fixed64(point.uid.low)
            writer.varint(texts.id(point.spanID))
            writer.varint(texts.id(point.traceID))
            previous = point.timeNanoseconds
        }
    }

    /// Reads what `encode` wrote.
    package init(from cursor: inout WireCursor, texts: borrowing PartialTexts) throws(WireError) {
        let labels = try LabelSet(from: &cursor, texts: texts)
        let rest = try LabelSet(from: &cursor, texts: texts)
        let count = try cursor.count(limit: PartialLimits.nodeCountMax, bytesEach: 20)
        var points: [ProfilePoint] = []
        points.reserveCapacity(count)
        var time: Int64 = 0
        for _ in 0..<count {
            time &+= try cursor.zigzag()
            let value = try cursor.zigzag()
            let high = try cursor.fixed64()
            points.append(
                ProfilePoint(
                    timeNanoseconds: time,
                    value: value,
                    uid: ProfileUID(high: high, low: try cursor.fixed64()),
                    spanID: try texts.text(&cursor),
                    traceID: try texts.text(&cursor)
                )
            )
        }
        self.init(labels: labels, rest: rest, points: points)
    }
}

/// Figures: 1 for a block or 0, first and last time, then six counts.
extension StoredFigures: PartialElement {
    package static var partialKind: UInt8 { 5 }
    package static var byteCountMin: Int { 9 }

    package func encode(to writer: inout ByteWriter, texts: inout PartialTexts) {
        writer.byte(self.isBlock ? 1 : 0)
        writer.zigzag(self.range.first)
        writer.zigzag(self.range.last)
        writer.varint(self.seriesCount)
        writer.varint(self.profileCount)
        writer.varint(self.sampleCount)
        writer.varint(self.indexByteCount)
        writer.varint(self.profileByteCount)
        writer.varint(self.symbolByteCount)
    }

    /// Reads what `encode` wrote.
    package init(from cursor: inout WireCursor, texts: borrowing PartialTexts) throws(WireError) {
        let isBlock = try cursor.varint(below: 2) == 1
        let range = TimeRange(first: try cursor.zigzag(), last: try cursor.zigzag())
        self.init(isBlock: isBlock, range: range)
        self.seriesCount = try cursor.varint(below: Self.countMax)
        self.profileCount = try cursor.varint(below: Self.countMax)
        self.sampleCount = try cursor.varint(below: Self.countMax)
        self.indexByteCount = try cursor.varint(below: Self.countMax)
        self.profileByteCount = try cursor.varint(below: Self.countMax)
        self.symbolByteCount = try cursor.varint(below: Self.countMax)
    }

    private static var countMax: Int { 1 << 60 }
}
