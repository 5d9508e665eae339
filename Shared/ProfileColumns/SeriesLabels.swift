// SPDX-License-Identifier: Apache-2.0
package import ProfileModel

/// Which labels selectors, label APIs and group-by see: the one place that decides it, for heads and blocks.
///
/// Every (series, profile type, sample label set) shows the labels of the sample, over them those of the
/// series (spec/ingest 6.4: labels of the series win), over both the derived ones (spec/ingest 4: clients
/// cannot override them). Span columns identify single requests and are never shown.
package enum SeriesLabels {
    /// Names of the labels that follow from the profile type and the service.
    package static let derivedNames: Set<String> = [
        LabelName.profileType, LabelName.type, LabelName.unit, LabelName.periodType, LabelName.periodUnit,
        "__service_name__",
    ]

    /// Labels of `series` with those of `sample` under them.
    package static func merged(series: LabelSet, sample: LabelSet) -> LabelSet {
        sample.isEmpty ? series : Self.withoutSpans(sample).overlaid(with: series)
    }

    /// All visible labels of samples labelled `sample` in `series` for `type`.
    package static func visible(
        series: LabelSet,
        type: ProfileType,
        sample: LabelSet = .empty
    ) -> LabelSet {
        let merged = Self.merged(series: series, sample: sample)
        var labels = merged.labels.filter { !Self.derivedNames.contains($0.name) }
        labels.append(Label(LabelName.profileType, type.description))
        labels.append(Label(LabelName.type, type.sampleType))
        labels.append(Label(LabelName.unit, type.sampleUnit))
        labels.append(Label(LabelName.periodType, type.periodType))
        labels.append(Label(LabelName.periodUnit, type.periodUnit))
        labels.append(Label("__service_name__", merged[LabelName.serviceName] ?? ""))
        return LabelSet(labels)
    }

    /// `labels` without the span columns.
    package static func withoutSpans(_ labels: LabelSet) -> LabelSet {
        guard labels.labels.contains(where: { LabelName.spanColumns.contains($0.name) }) else {
            return labels
        }
        return LabelSet(labels.labels.filter { !LabelName.spanColumns.contains($0.name) })
    }
}

/// Which label sets of a dataset a selector admits for one series and type.
package enum LabelSetMatch: Hashable, Sendable {
    case none
    case all
    /// For every label set id whether its samples match; at least one does and one does not.
    case some([Bool])

    /// What is left of it when only label sets with `true` in `mask` count, too; nil takes nothing away.
    package func narrowed(to mask: [Bool]?) -> LabelSetMatch {
        guard let mask else { return self }
        switch self {
        case .none: return .none
        case .all: return mask.contains(true) ? .some(mask) : .none
        case .some(let admitted):
            let both = zip(admitted, mask).map { $0 && $1 }
            return both.contains(true) ? .some(both) : .none
        }
    }

    /// The mask to hand to `SampleChunk`; nil admits all.
    package var mask: [Bool]? {
        if case .some(let mask) = self { return mask }
        return nil
    }
}

/// The sample label sets of a dataset as queries see them: equal ones, span columns apart, folded into one.
package struct VisibleLabelSets: Sendable {
    /// Distinct label sets without span columns.
    package private(set) var distinct: [LabelSet] = []
    /// For every label set id of the dataset its index in `distinct`.
    package private(set) var indices: [UInt32] = []
    private var known: [LabelSet: UInt32] = [:]

    /// No label set yet.
    package init() {}

    /// Folds `labelSets`, which are indexed by id.
    package init(_ labelSets: [LabelSet]) {
        self.indices.reserveCapacity(labelSets.count)
        for labelSet in labelSets { self.append(labelSet) }
    }

    /// Folds the label set with the next id.
    package mutating func append(_ labelSet: LabelSet) {
        let visible = SeriesLabels.withoutSpans(labelSet)
        let next = UInt32(self.distinct.count)
        let index = self.known[visible, default: next]
        if index == next {
            self.known[visible] = next
            self.distinct.append(visible)
        }
        self.indices.append(index)
    }

    /// Asks `matches` with a look at the visible labels of every distinct label set under `series` and
    /// `type`.
    package func match(
        series: LabelSet,
        type: ProfileType,
        matches: ((_ name: String) -> String?) -> Bool
    ) -> LabelSetMatch {
        let admitted = self.distinct.map { sample in
            matches { SeriesLabels.value(of: $0, series: series, type: type, sample: sample) }
        }
        if admitted.allSatisfy({ $0 }) { return .all }
        guard admitted.contains(true) else { return .none }
        return .some(self.indices.map { admitted[Int($0)] })
    }
}
