// SPDX-License-Identifier: Apache-2.0

extension LabelValidation {
    /// Names as older servers take them (spec/ingest 7.3): letters, digits, `_` and `.`, which becomes `_`.
    ///
    /// A name that then stands twice with equal values is one label, with different values an error. Takes
    /// and
    /// gives labels sorted by name.
    package static func sanitized(
        _ labels: [Label]
    ) throws(ProfileRejection) -> (labels: [Label], changedCount: Int) {
        guard !labels.allSatisfy({ Self.isPlain($0.name) }) else { return (labels, 0) }
        var clean: [Label] = []
        var changedCount = 0
        for label in labels {
            guard Self.isAllowed(label.name) else {
                let text = "invalid label name '\(Self.clipped(label.name))'"
                throw Self.invalid(.invalidLabels, labels, text)
            }
            let name = String(label.name.map { $0 == "." ? "_" : $0 })
            guard name != label.name else {
                clean.append(label)
                continue
            }
            changedCount += 1
            let same = labels.filter { $0.name == name } + clean.filter { $0.name == name }
            guard let other = same.first else {
                clean.append(Label(name, label.value))
                continue
            }
            guard other.value == label.value else {
                let subject = "profile with labels '\(Self.text(labels))'"
                throw ProfileRejection(
                    .duplicateLabelNames,
                    "\(subject) has duplicate label name: '\(Self.clipped(name))' "
                        + "after label name sanitization from '\(Self.clipped(label.name))'"
                )
            }
        }
        clean.sort { LabelSet.precedes($0.name, $1.name) }
        return (clean, changedCount)
    }

    /// Whether nothing has to be done to a name.
    private static func isPlain(_ name: String) -> Bool { Self.isAllowed(name) && !name.utf8.contains(0x2E) }

    private static func isAllowed(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }
}
