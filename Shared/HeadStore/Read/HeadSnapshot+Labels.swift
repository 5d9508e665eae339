// SPDX-License-Identifier: Apache-2.0
package import LabelSelector
package import ProfileColumns
internal import ProfileModel

extension HeadSnapshot {
    /// Totals per profile, grouped by the labels named in `groupBy`; profiles without a value are left out.
    package func totals(
        _ query: ProfileQuery,
        groupBy: [String],
        above covered: UInt64
    ) -> [LabeledTotals] {
        let labelSets = self.dataset.visible
        let names = Set(groupBy)
        let splits = labelSets.distinct.contains { $0.labels.contains { names.contains($0.name) } }
        var groups: [LabelSet: [TimedTotal]] = [:]
        self.forEachMatch(query, above: covered, labelSets) { series, type, match, profiles in
            if splits {
                self.addSplitTotals(series, type, match, profiles, names, labelSets, to: &groups)
                return
            }
            let labels = SeriesLabels.visible(series: series.labels, type: series.types[type]).keeping(names)
            for profile in profiles {
                let total =
                    match == .all
                    ? series.totals[profile * series.types.count + type]
                    : series.samples.total(profile: profile, type: type, labelSetMask: match.mask) ?? 0
                guard total != 0 else { continue }
                let time = series.profiles[profile].timeNanoseconds
                groups[labels, default: []].append(TimedTotal(timeNanoseconds: time, value: total))
            }
        }
        return groups.map { LabeledTotals(labels: $0.key, totals: $0.value) }
    }

    /// Totals of one series and type whose samples fall into several groups.
    private func addSplitTotals(
        _ series: SeriesSnapshot,
        _ type: Int,
        _ match: LabelSetMatch,
        _ profiles: [Int],
        _ names: Set<String>,
        _ labelSets: VisibleLabelSets,
        to groups: inout [LabelSet: [TimedTotal]]
    ) {
        let labels = labelSets.distinct.map {
            SeriesLabels.visible(series: series.labels, type: series.types[type], sample: $0).keeping(names)
        }
        var sums = [Int64](repeating: 0, count: self.dataset.labelSets.count)
        var touched: [UInt32] = []
        for profile in profiles {
            touched.removeAll(keepingCapacity: true)
            series.samples.accumulate(profile: profile, type: type, byLabelSet: &sums, touched: &touched)
            var totals: [LabelSet: Int64] = [:]
            for labelSet in touched {
                if match.mask?[Int(labelSet)] ?? true {
                    totals[labels[Int(labelSets.indices[Int(labelSet)])], default: 0] &+= sums[Int(labelSet)]
                }
                sums[Int(labelSet)] = 0
            }
            let time = series.profiles[profile].timeNanoseconds
            for (group, total) in totals where total != 0 {
                groups[group, default: []].append(TimedTotal(timeNanoseconds: time, value: total))
            }
        }
    }

    /// Series with a value in the range, sample labels under series labels.
    package func series(_ query: ProfileQuery, above covered: UInt64) -> [SeriesDescription] {
        let labelSets = self.dataset.visible
        var found: [SeriesDescription] = []
        var positions: [LabelSet: Int] = [:]
        self.forEachMatch(query, above: covered, labelSets) { series, type, match, profiles in
            for index in self.labelSets(in: series, type, match, profiles, labelSets) {
                let labels = SeriesLabels.merged(series: series.labels, sample: labelSets.distinct[index])
                let position = positions[labels, default: found.count]
                if position == found.count {
                    positions[labels] = position
                    found.append(SeriesDescription(labels: labels, types: []))
                }
                if found[position].types.contains(series.types[type]) { continue }
                found[position].types.append(series.types[type])
            }
        }
        return found
    }

    /// Which distinct label sets have a value of `type` in `profiles`.
    private func labelSets(
        in series: SeriesSnapshot,
        _ type: Int,
        _ match: LabelSetMatch,
        _ profiles: [Int],
        _ labelSets: VisibleLabelSets
    ) -> [Int] {
        if labelSets.distinct.count == 1 {
            let typeCount = series.types.count
            return profiles.contains { series.totals[$0 * typeCount + type] != 0 } ? [0] : []
        }
        var sums = [Int64](repeating: 0, count: self.dataset.labelSets.count)
        var touched: [UInt32] = []
        for profile in profiles {
            series.samples.accumulate(profile: profile, type: type, byLabelSet: &sums, touched: &touched)
        }
        var isPresent = [Bool](repeating: false, count: labelSets.distinct.count)
        for (labelSet, sum) in sums.enumerated() where sum != 0 && match.mask?[labelSet] ?? true {
            isPresent[Int(labelSets.indices[labelSet])] = true
        }
        return isPresent.indices.filter { isPresent[$0] }
    }
}
