// SPDX-License-Identifier: Apache-2.0

/// What the labels of a series must satisfy (spec/ingest 7.2), with the texts clients know.
package enum LabelValidation {
    /// The most bytes of a client's text that an answer repeats.
    package static let echoedByteCountMax = 256

    /// Checks `labels`, sorted by name and not yet deduplicated, in the order clients expect.
    package static func check(_ labels: [Label], limits: ProfileLimits) throws(ProfileRejection) {
        guard !labels.isEmpty else {
            throw ProfileRejection(.missingLabels, "error at least one label pair is required per profile")
        }
        guard labels.count <= limits.labelCountMax else {
            let counts = "has \(labels.count) label names; limit \(limits.labelCountMax)"
            throw ProfileRejection(
                .maxLabelNamesPerSeries,
                "profile series '\(Self.text(labels))' \(counts)"
            )
        }
        guard labels.contains(where: { $0.name == LabelName.profileName && !$0.value.isEmpty }) else {
            throw Self.invalid(.invalidLabels, labels, "invalid metric name")
        }
        guard labels.contains(where: { $0.name == LabelName.serviceName && !$0.value.isEmpty }) else {
            throw Self.invalid(.missingLabels, labels, "service name is not provided")
        }
        var previous: String?
        for label in labels {
            try Self.check(label, after: previous, of: labels, limits: limits)
            previous = label.name
        }
    }

    private static func check(
        _ label: Label,
        after previous: String?,
        of labels: [Label],
        limits: ProfileLimits
    ) throws(ProfileRejection) {
        // Built for refusals only: most labels are good.
        func subject() -> String { "profile with labels '\(Self.text(labels))'" }
        guard label.name.utf8.count <= limits.labelNameByteCountMax else {
            let size = "\(label.name.utf8.count) bytes; limit \(limits.labelNameByteCountMax)"
            let text = "\(subject()) has label name too long: '\(Self.clipped(label.name))' (\(size))"
            throw ProfileRejection(.labelNameTooLong, text)
        }
        guard label.value.utf8.count <= limits.labelValueByteCountMax else {
            let size = "\(label.value.utf8.count) bytes; limit \(limits.labelValueByteCountMax)"
            let text = "\(subject()) has label value too long: '\(Self.clipped(label.value))' (\(size))"
            throw ProfileRejection(.labelValueTooLong, text)
        }
        guard !label.name.isEmpty, !label.name.utf8.contains(0) else {
            throw Self.invalid(.invalidLabels, labels, "invalid label name '\(Self.clipped(label.name))'")
        }
        guard !label.value.utf8.contains(0) else {
            let text = "invalid label value of '\(Self.clipped(label.name))': NUL is not allowed"
            throw Self.invalid(.invalidLabels, labels, text)
        }
        guard label.name != previous else {
            let text = "\(subject()) has duplicate label name: '\(Self.clipped(label.name))'"
            throw ProfileRejection(.duplicateLabelNames, text)
        }
    }

    static func invalid(_ reason: DiscardReason, _ labels: [Label], _ text: String)
        -> ProfileRejection
    {
        ProfileRejection(reason, "invalid labels '\(Self.text(labels))' with error: \(text)")
    }

    /// Labels as answers print them, `{a="b", c="d"}`, at most `echoedByteCountMax` bytes of it.
    package static func text(_ labels: [Label]) -> String {
        var text = "{"
        for (index, label) in labels.enumerated() {
            if text.utf8.count > Self.echoedByteCountMax { break }
            text +=
                (index == 0 ? "" : ", ") + Self.clipped(label.name) + "=\"" + Self.clipped(label.value) + "\""
        }
        return Self.clipped(text + "}")
    }

    /// The first `echoedByteCountMax` bytes of `text`, control characters replaced, `…` where something is
    /// missing.
    package static func clipped(_ text: String) -> String {
        var clipped = ""
        for scalar in text.unicodeScalars {
            if clipped.utf8.count + 4 > Self.echoedByteCountMax { return clipped + "…" }
            clipped.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? "?" : scalar)
        }
        return clipped
    }
}
