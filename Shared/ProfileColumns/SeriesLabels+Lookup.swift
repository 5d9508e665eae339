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
            if let value = series[name] { return value }
            guard !LabelName.spanColumns.contains(name) else { return nil }
            return sample[name] ?? Self.aliased(name, in: series) ?? Self.aliased(name, in: sample)
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

    /// The value of the first label that `name` is the alias of.
    ///
    /// An alias has underscores for what may not stand in a selector without quotes: `otel_scope_name` for
    /// `otel.scope.name` (spec/collect 3.7, Q10).
    private static func aliased(_ name: String, in labels: LabelSet) -> String? {
        guard name.utf8.contains(UInt8(ascii: "_")) else { return nil }
        return labels.labels.first { Self.isAlias(name, of: $0.name) }?.value
    }

    /// Whether selectors may write `alias` for `name`; no name is its own alias.
    package static func isAlias(_ alias: String, of name: String) -> Bool {
        var differs = false
        var rest = alias.unicodeScalars.makeIterator()
        for scalar in name.unicodeScalars {
            guard let other = rest.next() else { return false }
            if scalar == other { continue }
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            guard other == "_", !isPlain else { return false }
            differs = true
        }
        return differs && rest.next() == nil
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
