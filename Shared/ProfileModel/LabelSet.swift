// SPDX-License-Identifier: Apache-2.0

/// One name and value.
package struct Label: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Labels sorted by name (bytewise), names unique, no empty values: the identity of a series or of a sample's
/// context.
package struct LabelSet: Hashable, Sendable {
    package let labels: [Label]

    /// No labels.
    package static let empty = LabelSet(sorted: [])

    private init(sorted: [Label]) { self.labels = sorted }

    /// Sorts `labels`; of equal names the last one wins, empty values are dropped.
    package init(_ labels: [Label]) {
        var kept: [Label] = []
        kept.reserveCapacity(labels.count)
        let order = labels.enumerated().sorted { left, right in
            left.element.name == right.element.name
                ? left.offset < right.offset
                : Self.precedes(left.element.name, right.element.name)
        }
        for (_, label) in order {
            if kept.last?.name == label.name { kept.removeLast() }
            kept.append(label)
        }
        self.labels = kept.filter { !$0.value.isEmpty }
    }

    package var isEmpty: Bool { self.labels.isEmpty }

    /// The value of `name`, nil when absent.
    package subscript(_ name: String) -> String? {
        for label in self.labels where label.name == name { return label.value }
        return nil
    }

    /// These labels with `other` laid over them: of equal names the value of `other` wins.
    package func overlaid(with other: LabelSet) -> LabelSet {
        other.isEmpty ? self : LabelSet(self.labels + other.labels)
    }

    /// Only the labels whose name is in `names`.
    package func keeping(_ names: Set<String>) -> LabelSet {
        LabelSet(sorted: self.labels.filter { names.contains($0.name) })
    }

    /// Bytewise order of names, as the Go server sorts them.
    package static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}

extension LabelSet: Comparable {
    package static func < (left: LabelSet, right: LabelSet) -> Bool {
        for (a, b) in zip(left.labels, right.labels) where a != b {
            return a.name == b.name ? Self.precedes(a.value, b.value) : Self.precedes(a.name, b.name)
        }
        return left.labels.count < right.labels.count
    }
}

/// Names of labels with a meaning of their own (spec/ingest 7.1).
package enum LabelName {
    /// What was measured, such as `process_cpu`.
    package static let profileName = "__name__"
    package static let serviceName = "service_name"
    package static let profileType = "__profile_type__"
    package static let type = "__type__"
    package static let unit = "__unit__"
    package static let periodType = "__period_type__"
    package static let periodUnit = "__period_unit__"
    package static let sessionID = "__session_id__"
    package static let delta = "__delta__"
}

extension LabelName {
    /// Names of sample labels that identify single requests: kept with the samples, matched by span
    /// selectors,
    /// never shown by label APIs, selectors or group-by (spec/ingest 6.4, design D6).
    package static let spanColumns: Set<String> = [Self.spanID, Self.traceID]
    /// One unit of work; clients may call it `profile_id` as well.
    package static let spanID = "span_id"
    /// Everything that was done for one request, anywhere.
    package static let traceID = "trace_id"
}
