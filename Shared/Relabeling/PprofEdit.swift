// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
package import ProfileModel

/// Changed copies of a surveyed pprof: without some sample types, with other labels of samples, its samples
/// parted.
package struct PprofEdit {
    private let survey: PprofSurvey
    /// Whether each sample type stays; nil keeps all.
    package var keptTypes: [Bool]?
    private var texts: EditedTexts
    /// The labels of each of the survey's label lists.
    private var labels: [[PprofSurvey.Pair]]
    /// The copy that each label list's samples go to; -1 drops them.
    private var places: [Int]

    /// A copy that changes nothing.
    package init(_ survey: PprofSurvey) {
        self.survey = survey
        self.texts = EditedTexts(count: survey.textCount)
        self.labels = survey.groups
        self.places = [Int](repeating: 0, count: survey.groups.count)
    }

    /// Drops the samples of a label list.
    package mutating func drop(group: Int) { self.places[group] = -1 }

    /// Sends the samples of a label list to the copy `place`.
    package mutating func move(group: Int, to place: Int) { self.places[group] = place }

    /// Gives the samples of a label list the labels `kept`, which they had, and `new` ones.
    package mutating func relabel(group: Int, _ kept: [PprofSurvey.Pair], _ new: [Label]) {
        var labels = kept
        for label in new {
            let name = self.texts.index(label.name)
            labels.append(PprofSurvey.Pair(name: name, value: self.texts.index(label.value)))
        }
        self.labels[group] = labels
    }

    /// The copy with number `place`; samples whose values cannot be read make it a broken profile.
    package func copy(_ place: Int = 0) throws(ProfileRejection) -> [UInt8] {
        var writer = ByteWriter(capacity: self.survey.bytes.count + 1_024)
        do throws(WireError) {
            try self.write(place, to: &writer)
        } catch {
            throw ProfileRejection(
                .malformedProfile,
                "malformed pprof: the values of a sample cannot be read"
            )
        }
        for text in self.texts.added {
            writer.tag(PprofSurvey.Field.text, .lengthDelimited)
            writer.text(text)
        }
        return writer.bytes
    }

    private func write(_ place: Int, to writer: inout ByteWriter) throws(WireError) {
        let bytes = self.survey.bytes
        var cursor = WireCursor(bytes.span)
        var (typeIndex, sampleIndex) = (0, 0)
        var start = cursor.offset
        while let tag = try cursor.tag() {
            let isMessage = tag.kind == .lengthDelimited
            if isMessage, tag.field == PprofSurvey.Field.sampleType {
                try cursor.skip(tag)
                let isKept = self.keptTypes?[typeIndex] ?? true
                if isKept { writer.raw(bytes[start..<cursor.offset]) }
                typeIndex += 1
            } else if isMessage, tag.field == PprofSurvey.Field.sample {
                var message = try cursor.nested()
                let group = self.survey.groupOfSample[sampleIndex]
                if self.places[group] == place {
                    writer.tag(PprofSurvey.Field.sample, .lengthDelimited)
                    let mark = writer.beginNested()
                    try self.copySample(&message, bytes, self.labels[group], to: &writer)
                    writer.endNested(mark)
                }
                sampleIndex += 1
            } else {
                try cursor.skip(tag)
                writer.raw(bytes[start..<cursor.offset])
            }
            start = cursor.offset
        }
    }

    private func copySample(
        _ cursor: inout WireCursor,
        _ bytes: [UInt8],
        _ pairs: [PprofSurvey.Pair],
        to writer: inout ByteWriter
    ) throws(WireError) {
        var values: [UInt64] = []
        var start = cursor.offset
        while let tag = try cursor.tag() {
            let isMessage = tag.kind == .lengthDelimited
            if tag.field == PprofSurvey.SampleField.value, isMessage || tag.kind == .varint {
                if isMessage {
                    var packed = try cursor.nested()
                    while !packed.isAtEnd { values.append(try packed.varint()) }
                } else {
                    values.append(try cursor.varint())
                }
            } else if isMessage, tag.field == PprofSurvey.SampleField.label {
                var message = try cursor.nested()
                // Numbers stay, texts are written anew.
                if try PprofSurvey.pair(&message).value == 0 { writer.raw(bytes[start..<cursor.offset]) }
            } else {
                try cursor.skip(tag)
                writer.raw(bytes[start..<cursor.offset])
            }
            start = cursor.offset
        }
        self.write(values, to: &writer)
        for pair in pairs {
            writer.tag(PprofSurvey.SampleField.label, .lengthDelimited)
            let mark = writer.beginNested()
            writer.tag(1, .varint)
            writer.varint(pair.name)
            writer.tag(2, .varint)
            writer.varint(pair.value)
            writer.endNested(mark)
        }
    }

    /// The values of the kept sample types; values without a type stay, the ingester refuses them.
    private func write(_ values: [UInt64], to writer: inout ByteWriter) {
        writer.tag(PprofSurvey.SampleField.value, .lengthDelimited)
        let mark = writer.beginNested()
        for (index, value) in values.enumerated() {
            if let kept = self.keptTypes, index < kept.count, !kept[index] { continue }
            writer.varint(value)
        }
        writer.endNested(mark)
    }
}

/// What is added to the string table of a profile that is edited.
private struct EditedTexts {
    private var indices: [String: Int] = [:]
    private let count: Int
    private(set) var added: [String] = []

    init(count: Int) { self.count = count }

    mutating func index(_ text: String) -> Int {
        if let index = self.indices[text] { return index }
        let index = self.count + self.added.count
        self.indices[text] = index
        self.added.append(text)
        return index
    }
}
