// SPDX-License-Identifier: Apache-2.0
internal import ProfileColumns
internal import ProfileModel

/// One series in canonical order: which profiles of the snapshot belong to it, by time.
struct OrderedSeries {
    var labels: LabelSet
    var types: [ProfileType]
    /// Series and profile of the snapshot.
    var profiles: [(series: Int, profile: Int)]
}

extension DatasetSnapshot {
    /// The series by labels and types, their profiles by time and uid; series of equal labels and types
    /// become one, those without profiles disappear.
    func orderedSeries() -> [OrderedSeries] {
        let order = self.series.indices.filter { !self.series[$0].profiles.isEmpty }.sorted {
            self.precedes($0, $1)
        }
        var ordered: [OrderedSeries] = []
        for index in order {
            let series = self.series[index]
            if ordered.last.map({ $0.labels != series.labels || $0.types != series.types }) ?? true {
                ordered.append(OrderedSeries(labels: series.labels, types: series.types, profiles: []))
            }
            let own = series.profiles.indices.map { (series: index, profile: $0) }
            ordered[ordered.count - 1].profiles += own
        }
        for index in ordered.indices {
            ordered[index].profiles.sort { self.row($0).precedes(self.row($1)) }
        }
        return ordered
    }

    /// The header of a profile.
    func row(_ place: (series: Int, profile: Int)) -> ProfileRow {
        self.series[place.series].profiles[place.profile]
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        let (first, second) = (self.series[left], self.series[right])
        if first.labels != second.labels { return first.labels < second.labels }
        return first.types.lazy.map(\.description)
            .lexicographicallyPrecedes(second.types.lazy.map(\.description))
    }
}

extension ProfileRow {
    /// By time; the uid decides between profiles of one instant.
    fileprivate func precedes(_ other: ProfileRow) -> Bool {
        if self.timeNanoseconds != other.timeNanoseconds {
            return self.timeNanoseconds < other.timeNanoseconds
        }
        if self.uid.high != other.uid.high { return self.uid.high < other.uid.high }
        if self.uid.low != other.uid.low { return self.uid.low < other.uid.low }
        if self.durationNanoseconds != other.durationNanoseconds {
            return self.durationNanoseconds < other.durationNanoseconds
        }
        return self.period < other.period
    }
}
