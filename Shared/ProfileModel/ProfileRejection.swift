// SPDX-License-Identifier: Apache-2.0

/// Why a profile was not stored, as `pyroscope_discarded_samples_total` names it (spec/ingest 7.5).
package enum DiscardReason: String, Sendable, CaseIterable {
    case unknown
    case invalidLabels = "invalid_labels"
    case missingLabels = "missing_labels"
    case rateLimited = "rate_limited"
    case notInIngestionWindow = "not_in_ingestion_window"
    case maxLabelNamesPerSeries = "max_label_names_per_series"
    case labelNameTooLong = "label_name_too_long"
    case labelValueTooLong = "label_value_too_long"
    case duplicateLabelNames = "duplicate_label_names"
    case seriesLimit = "series_limit"
    case samplesLimit = "samples_limit"
    case profileSizeLimit = "profile_size_limit"
    case sampleLabelsLimit = "sample_labels_limit"
    case malformedProfile = "malformed_profile"
    case bodySizeLimitExceeded = "body_size_limit_exceeded"
    case ingestLimitReached = "ingest_limit_reached"
    case droppedBySamplingRules = "dropped_by_sampling_rules"
    case droppedByRelabelRules = "dropped_by_relabel_rules"
}

/// A profile refused for a fault of its sender: the reason for metrics, the text for the answer.
package struct ProfileRejection: Error, Hashable, Sendable {
    package let reason: DiscardReason
    /// Names field, limit, its value and the offending size; holds at most 256 bytes of the client's text.
    package let message: String

    package init(_ reason: DiscardReason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}
