// SPDX-License-Identifier: Apache-2.0
package import ProfileModel

extension SeriesLabels {
    /// What `visible` has under `name`, without building it: for selectors, which look at few labels of
    /// many series.
    package static func value(
        of name: String,
        series: LabelSet,
        type: ProfileType,
        sample: LabelSet = .empty
    ) -> String? {
        guard Self.derivedNames.contains(name) else {
            return series[name] ?? (LabelName.spanColumns.contains(name) ? nil : sample[name])
        }
        let value: String? =
            switch name {
            case LabelName.profileType: type.description
            case LabelName.type: type.sampleType
            case LabelName.unit: type.sampleUnit
            case LabelName.periodType: type.periodType
            case LabelName.periodUnit: type.periodUnit
            default: series[LabelName.serviceName] ?? sample[LabelName.serviceName]
            }
        return value.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Those of the visible labels whose name is in `names`.
    package static func visible(
        _ names: some Sequence<String>,
        series: LabelSet,
        type: ProfileType,
        sample: LabelSet = .empty
    ) -> LabelSet {
        LabelSet(
            names.compactMap { name in
                Self.value(of: name, series: series, type: type, sample: sample).map { Label(name, $0) }
            }
        )
    }
}
