// SPDX-License-Identifier: Apache-2.0
package import ByteCoding
package import ProfileColumns
internal import ProfileModel

/// A series: labels, then its types.
extension SeriesDescription: PartialElement {
    package static var partialKind: UInt8 { 2 }
    package static var byteCountMin: Int { 2 }

    package func encode(to writer: inout ByteWriter, texts: inout PartialTexts) {
        self.labels.encode(to: &writer, texts: &texts)
        writer.varint(self.types.count)
        for type in self.types { type.encode(to: &writer, texts: &texts) }
    }

    /// Reads what `encode` wrote.
    package init(from cursor: inout WireCursor, texts: borrowing PartialTexts) throws(WireError) {
        let labels = try LabelSet(from: &cursor, texts: texts)
        let count = try cursor.count(limit: PartialLimits.labelCountMax, bytesEach: 5)
        var types: [ProfileType] = []
        types.reserveCapacity(count)
        for _ in 0..<count { types.append(try ProfileType(from: &cursor, texts: texts)) }
        self.init(labels: labels, types: types)
    }
}

/// Totals of a group: labels, then time (as the step from the one before) and value of each.
extension LabeledTotals: PartialElement {
    package static var partialKind: UInt8 { 3 }
    package static var byteCountMin: Int { 2 }

    package func encode(to writer: inout ByteWriter, texts: inout PartialTexts) {
        self.labels.encode(to: &writer, texts: &texts)
        writer.varint(self.totals.count)
        var previous: Int64 = 0
        for total in self.totals {
            writer.zigzag(total.timeNanoseconds &- previous)
            writer.zigzag(total.value)
            previous = total.timeNanoseconds
        }
    }

    /// Reads what `encode` wrote.
    package init(from cursor: inout WireCursor, texts: borrowing PartialTexts) throws(WireError) {
        let labels = try LabelSet(from: &cursor, texts: texts)
        let count = try cursor.count(limit: PartialLimits.nodeCountMax, bytesEach: 2)
        var totals: [TimedTotal] = []
        totals.reserveCapacity(count)
        var time: Int64 = 0
        for _ in 0..<count {
            time &+= try cursor.zigzag()
            totals.append(TimedTotal(timeNanoseconds: time, value: try cursor.zigzag()))
        }
        self.init(labels: labels, totals: totals)
    }
}
