// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProfileModel

/// Labels: a count, then name and value as text ids.
extension LabelSet {
    func encode(to writer: inout ByteWriter, texts: inout PartialTexts) {
        writer.varint(self.labels.count)
        for label in self.labels {
            writer.varint(texts.id(label.name))
            writer.varint(texts.id(label.value))
        }
    }

    init(from cursor: inout WireCursor, texts: borrowing PartialTexts) throws(WireError) {
        let count = try cursor.count(limit: PartialLimits.labelCountMax, bytesEach: 2)
        var labels: [Label] = []
        labels.reserveCapacity(count)
        for _ in 0..<count {
            let name = try texts.text(&cursor)
            labels.append(Label(name, try texts.text(&cursor)))
        }
        self.init(labels)
    }
}

/// A profile type: its five parts as text ids.
extension ProfileType {
    func encode(to writer: inout ByteWriter, texts: inout PartialTexts) {
        for part in [self.name, self.sampleType, self.sampleUnit, self.periodType, self.periodUnit] {
            writer.varint(texts.id(part))
        }
    }

    init(from cursor: inout WireCursor, texts: borrowing PartialTexts) throws(WireError) {
        self.init(
            name: try texts.text(&cursor),
            sampleType: try texts.text(&cursor),
            sampleUnit: try texts.text(&cursor),
            periodType: try texts.text(&cursor),
            periodUnit: try texts.text(&cursor)
        )
    }
}
