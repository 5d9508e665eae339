// SPDX-License-Identifier: Apache-2.0
package import LabelSelector
package import ProfileColumns
package import ProfileModel

extension HeadSnapshot {
    /// Points of all profiles `query` admits, grouped by the labels named in `groupBy`.
    package func points(
        _ query: ProfileQuery,
        groupBy: [String],
        kind: PointKind,
        above covered: UInt64
    ) -> [LabeledPoints] {
        var collector = PointCollector(
            kind,
            names: Set(groupBy),
            labelSets: self.dataset.labelSets,
            visible: self.dataset.visible
        )
        let slots = collector.slots
        let onlySlot = collector.onlySlot
        var sums = [Int64](repeating: 0, count: self.dataset.labelSets.count)
        var touched: [UInt32] = []
        self.forEachMatch(query, above: covered, self.dataset.visible) { series, type, match, profiles in
            collector.begin(series: series.labels, type: series.types[type])
            for profile in profiles {
                let row = series.profiles[profile]
                if let onlySlot, match == .all {
                    let value = series.totals[profile * series.types.count + type]
                    collector.add(
                        slot: onlySlot,
                        timeNanoseconds: row.timeNanoseconds,
                        uid: row.uid,
                        value: value
                    )
                    continue
                }
                touched.removeAll(keepingCapacity: true)
                series.samples.accumulate(
                    profile: profile,
                    type: type,
                    byLabelSet: &sums,
                    touched: &touched
                )
                var values: [Int: Int64] = [:]
                for labelSet in touched {
                    if match.mask?[Int(labelSet)] ?? true, let slot = slots[Int(labelSet)] {
                        values[slot, default: 0] &+= sums[Int(labelSet)]
                    }
                    sums[Int(labelSet)] = 0
                }
                for (slot, value) in values.sorted(by: { $0.key < $1.key }) {
                    collector.add(
                        slot: slot,
                        timeNanoseconds: row.timeNanoseconds,
                        uid: row.uid,
                        value: value
                    )
                }
            }
        }
        return collector.collected
    }

    /// How much of the dataset lies in `range`; nil for nothing.
    package func figures(_ range: TimeRange, above covered: UInt64) -> StoredFigures? {
        let query = ProfileQuery(selector: LabelSelector(), type: nil, range: range)
        var sum: StoredFigures?
        for series in self.dataset.series {
            let profiles = self.profiles(of: series, query, above: covered)
            guard let first = profiles.first else { continue }
            let start = series.profiles[first].timeNanoseconds
            var part = StoredFigures(isBlock: false, range: TimeRange(first: start, last: start))
            part.seriesCount = 1
            part.profileCount = profiles.count
            part.indexByteCount = profiles.count * MemoryLayout<ProfileRow>.stride
            for profile in profiles {
                let time = series.profiles[profile].timeNanoseconds
                part.range = part.range.united(with: TimeRange(first: time, last: time))
                part.sampleCount += series.samples.sampleCount(profile: profile)
                part.profileByteCount += series.samples.byteCount(profile: profile)
            }
            if sum == nil { sum = part } else { sum?.add(part) }
        }
        let dictionary = self.dataset.dictionary
        sum?.symbolByteCount =
            dictionary.strings.bytes.count + dictionary.nodeCount * 8
            + dictionary.functions.count * MemoryLayout<FunctionRow>.stride
            + dictionary.locations.count * MemoryLayout<LocationRow>.stride
            + dictionary.lines.count * MemoryLayout<LineRow>.stride
        return sum
    }
}
