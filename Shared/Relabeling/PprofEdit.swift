// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
package import ProfileModel

/// A changed copy of a surveyed pprof: without some sample types, without some samples, with other labels of
/// samples.
package struct PprofEdit {
    /// Whether each sample type stays; nil keeps all.
    package var keptTypes: [Bool]?
    /// The labels of each of the survey's label lists; nil drops its samples.
    package var labels: [[Label]?]

    /// An edit with these parts, one element of `labels` per label list of the survey.
    package init(keptTypes: [Bool]?, labels: [[Label]?]) {
        self.keptTypes = keptTypes
        self.labels = labels
    }

    /// The new profile; samples whose values cannot be read make it a broken one.
    package func apply(to survey: PprofSurvey) throws(ProfileRejection) -> [UInt8] {
        var texts = EditedTexts(survey)
        let pairs = self.labels.map { labels in
            labels?.map { PprofSurvey.Pair(name: texts.index($0.name), value: texts.index($0.value)) }
        }
        var writer = ByteWriter(capacity: survey.bytes.count + 1_024)
        do throws(WireError) {
            try self.copy(survey, pairs, to: &writer)
        } catch {
            throw ProfileRejection(
                .malformedProfile,
                "malformed pprof: the values of a sample cannot be read"
            )
        }
        for text in texts.added {
            writer.tag(PprofSurvey.Field.text, .lengthDelimited)
            writer.text(text)
        }
        return writer.bytes
    }

    private func copy(
        _ survey: PprofSurvey,
        _ pairs: [[PprofSurvey.Pair]?],
        to writer: inout ByteWriter
    ) throws(WireError) {
        var cursor = WireCursor(survey.bytes.span)
        var (typeIndex, sampleIndex) = (0, 0)
        var start = cursor.offset
        while let tag = try cursor.tag() {
            let isMessage = tag.kind == .lengthDelimited
            if isMessage, tag.field == PprofSurvey.Field.sampleType {
                try cursor.skip(tag)
                let isKept = self.keptTypes?[typeIndex] ?? true
                if isKept { writer.raw(survey.bytes[start..<cursor.offset]) }
                typeIndex += 1
            } else if isMessage, tag.field == PprofSurvey.Field.sample {
                var message = try cursor.nested()
                if let pairs = pairs[survey.groupOfSample[sampleIndex]] {
                    writer.tag(PprofSurvey.Field.sample, .lengthDelimited)
                    let mark = writer.beginNested()
                    try self.copySample(&message, survey.bytes, pairs, to: &writer)
                    writer.endNested(mark)
                }
                sampleIndex += 1
            } else {
                try cursor.skip(tag)
                writer.raw(survey.bytes[start..<cursor.offset])
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

/// The string table of a profile that is edited: what labels need is found or added.
private struct EditedTexts {
    private var indices: [String: Int] = [:]
    private let count: Int
    private(set) var added: [String] = []

    init(_ survey: PprofSurvey) {
        self.count = survey.texts.count
        for pair in survey.groups.joined() {
            for index in [pair.name, pair.value] { self.indices[survey.text(index)] = index }
        }
    }

    mutating func index(_ text: String) -> Int {
        if let index = self.indices[text] { return index }
        let index = self.count + self.added.count
        self.indices[text] = index
        self.added.append(text)
        return index
    }
}
