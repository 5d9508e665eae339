// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProfileColumns
internal import ProfileModel

/// One series as its section tells it.
struct SeriesRow: Equatable, Sendable {
    var labels: LabelSet
    var types: [ProfileType]
    var profileCount: Int
    var sampleCount: Int
    /// Times of the first and the last profile.
    var range: TimeRange
    /// Label sets of its samples, ascending.
    var labelSets: [UsedLabelSet]
}

/// A label set of a series' samples.
struct UsedLabelSet: Equatable, Sendable {
    var id: UInt32
    /// Bit `i`: a sample has a value other than 0 of type `i`; types from 64 on always count as if one had.
    var types: UInt64

    /// Whether samples with this label set have a value of the type.
    func hasValue(ofType type: Int) -> Bool { type >= 64 || self.types &>> UInt64(type) & 1 == 1 }
}

/// The series of a dataset, sorted by labels and types.
enum SeriesSection {
    static func encode(_ rows: [SeriesRow], to writer: inout ByteWriter) {
        let texts = TextTable(rows.lazy.flatMap(Self.texts))
        let types = Set(rows.lazy.flatMap(\.types)).sorted { $0.description < $1.description }
        let typeIDs = Dictionary(uniqueKeysWithValues: types.enumerated().map { ($1, $0) })
        writer.nested { StringSection.encode(texts.table, to: &$0) }
        writer.varint(types.count)
        for type in types {
            for part in Self.parts(of: type) { writer.varint(texts[part]) }
        }
        var labels = ByteWriter()
        var meanings = ByteWriter()
        var counts = ByteWriter()
        var times = ByteWriter()
        var labelSets = ByteWriter()
        var first: Int64 = 0
        for row in rows {
            LabelSetSection.append(row.labels, texts, to: &labels)
            meanings.varint(row.types.count)
            for type in row.types { meanings.varint(typeIDs[type, default: 0]) }
            counts.varint(row.profileCount)
            counts.varint(row.sampleCount)
            times.zigzag(row.range.first &- first)
            times.varint(UInt64(bitPattern: row.range.last &- row.range.first))
            first = row.range.first
            labelSets.varint(row.labelSets.count)
            var before: UInt32 = 0
            for labelSet in row.labelSets {
                labelSets.varint(UInt64(labelSet.id - before))
                labelSets.varint(labelSet.types)
                before = labelSet.id
            }
        }
        writer.varint(rows.count)
        for column in [labels, meanings, counts, times, labelSets] { writer.lengthDelimited(column.bytes) }
    }

    static func decode(_ section: WireCursor, labelSetCount: Int) throws(WireError) -> [SeriesRow] {
        var cursor = section
        let texts = try StringSection.decode(try cursor.nested()).texts
        let types = try Self.decodeTypes(&cursor, texts)
        let count = try cursor.count(limit: Int(UInt32.max), bytesEach: 7)
        var labels = try cursor.nested()
        var meanings = try cursor.nested()
        var counts = try cursor.nested()
        var times = try cursor.nested()
        var labelSets = try cursor.nested()
        var rows: [SeriesRow] = []
        rows.reserveCapacity(count)
        var first: Int64 = 0
        for _ in 0..<count {
            let own = try LabelSetSection.next(&labels, texts)
            var ownTypes: [ProfileType] = []
            for _ in 0..<(try meanings.count(limit: 1 << 16)) {
                ownTypes.append(types[try meanings.varint(below: types.count)])
            }
            let profileCount = try counts.varint(below: Int(UInt32.max))
            let sampleCount = try counts.varint(below: 1 << 48)
            first = first &+ (try times.zigzag())
            let last = first &+ Int64(bitPattern: try times.varint())
            rows.append(
                SeriesRow(
                    labels: own,
                    types: ownTypes,
                    profileCount: profileCount,
                    sampleCount: sampleCount,
                    range: TimeRange(first: first, last: last),
                    labelSets: try Self.decodeUsed(&labelSets, below: labelSetCount)
                )
            )
        }
        return rows
    }

    private static func decodeTypes(
        _ cursor: inout WireCursor,
        _ texts: [String]
    ) throws(WireError) -> [ProfileType] {
        var types: [ProfileType] = []
        for _ in 0..<(try cursor.count(limit: 1 << 16, bytesEach: 5)) {
            let name = texts[try cursor.varint(below: texts.count)]
            let sampleType = texts[try cursor.varint(below: texts.count)]
            let sampleUnit = texts[try cursor.varint(below: texts.count)]
            let periodType = texts[try cursor.varint(below: texts.count)]
            let periodUnit = texts[try cursor.varint(below: texts.count)]
            types.append(
                ProfileType(
                    name: name,
                    sampleType: sampleType,
                    sampleUnit: sampleUnit,
                    periodType: periodType,
                    periodUnit: periodUnit
                )
            )
        }
        return types
    }

    private static func decodeUsed(
        _ cursor: inout WireCursor,
        below limit: Int
    ) throws(WireError) -> [UsedLabelSet] {
        var used: [UsedLabelSet] = []
        var id = 0
        for _ in 0..<(try cursor.count(limit: limit, bytesEach: 2)) {
            id += try cursor.varint(below: limit - id)
            used.append(UsedLabelSet(id: UInt32(id), types: try cursor.varint()))
        }
        return used
    }

    private static func parts(of type: ProfileType) -> [String] {
        [type.name, type.sampleType, type.sampleUnit, type.periodType, type.periodUnit]
    }

    private static func texts(of row: SeriesRow) -> [String] {
        row.labels.labels.flatMap { [$0.name, $0.value] } + row.types.flatMap(Self.parts)
    }
}

/// Label sets of samples, sorted; set 0 is empty and not stored.
enum LabelSetSection {
    static func encode(_ labelSets: [LabelSet], to writer: inout ByteWriter) {
        let labels = labelSets.lazy.flatMap(\.labels)
        let texts = TextTable(labels.flatMap { [$0.name, $0.value] })
        writer.nested { StringSection.encode(texts.table, to: &$0) }
        writer.varint(labelSets.count - 1)
        for labelSet in labelSets.dropFirst() { Self.append(labelSet, texts, to: &writer) }
    }

    static func decode(_ section: WireCursor) throws(WireError) -> [LabelSet] {
        var cursor = section
        let texts = try StringSection.decode(try cursor.nested()).texts
        let count = try cursor.count(limit: Int(UInt32.max) - 2)
        var labelSets: [LabelSet] = [.empty]
        labelSets.reserveCapacity(count + 1)
        for _ in 0..<count { labelSets.append(try Self.next(&cursor, texts)) }
        return labelSets
    }

    static func append(_ labels: LabelSet, _ texts: TextTable, to column: inout ByteWriter) {
        column.varint(labels.labels.count)
        for label in labels.labels {
            column.varint(texts[label.name])
            column.varint(texts[label.value])
        }
    }

    static func next(_ column: inout WireCursor, _ texts: [String]) throws(WireError) -> LabelSet {
        var labels: [Label] = []
        for _ in 0..<(try column.count(limit: 1 << 16, bytesEach: 2)) {
            let name = texts[try column.varint(below: texts.count)]
            labels.append(Label(name, texts[try column.varint(below: texts.count)]))
        }
        return LabelSet(labels)
    }
}
