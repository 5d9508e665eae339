// SPDX-License-Identifier: Apache-2.0
package import ProfileModel

/// The header of one stored profile.
package struct ProfileRow: Sendable {
    package var timeNanoseconds: Int64
    package var durationNanoseconds: Int64
    package var period: Int64
    package var uid: ProfileUID
    /// Position in the write-ahead log up to which the log must be durable for this profile to be visible.
    package var lsn: UInt64

    package init(
        timeNanoseconds: Int64,
        durationNanoseconds: Int64,
        period: Int64,
        uid: ProfileUID,
        lsn: UInt64
    ) {
        self.timeNanoseconds = timeNanoseconds
        self.durationNanoseconds = durationNanoseconds
        self.period = period
        self.uid = uid
        self.lsn = lsn
    }
}

/// One series with its profiles in arrival order: `types.count` values per sample.
package struct SeriesSnapshot: Sendable {
    /// Labels of the series, `__name__` among them, the type labels (`__type__` …) not.
    package var labels: LabelSet
    /// What value column `i` of every sample means.
    package var types: [ProfileType]
    package var profiles: [ProfileRow]
    /// Sums per profile and type: `totals[profile * types.count + type]`.
    package var totals: [Int64]
    package var samples: SampleChunk

    package init(
        labels: LabelSet,
        types: [ProfileType],
        profiles: [ProfileRow] = [],
        totals: [Int64] = [],
        samples: SampleChunk
    ) {
        self.labels = labels
        self.types = types
        self.profiles = profiles
        self.totals = totals
        self.samples = samples
    }
}

/// All that one dataset holds at an instant: what a head shows to queries and hands to the block writer.
package struct DatasetSnapshot: Sendable {
    package var tenant: TenantID
    package var service: String
    package var dictionary: DatasetDictionary
    /// Distinct sample label sets; id 0 is the empty set.
    package var labelSets: [LabelSet]
    /// The same as queries see them.
    package var visible: VisibleLabelSets
    package var series: [SeriesSnapshot]

    package init(
        tenant: TenantID,
        service: String,
        dictionary: DatasetDictionary,
        labelSets: [LabelSet] = [.empty],
        visible: VisibleLabelSets? = nil,
        series: [SeriesSnapshot] = []
    ) {
        self.tenant = tenant
        self.service = service
        self.dictionary = dictionary
        self.labelSets = labelSets
        self.visible = visible ?? VisibleLabelSets(labelSets)
        self.series = series
    }
}

/// The value of one profile at one time, for timelines.
package struct TimedTotal: Hashable, Sendable {
    package var timeNanoseconds: Int64
    package var value: Int64

    package init(timeNanoseconds: Int64, value: Int64) {
        self.timeNanoseconds = timeNanoseconds
        self.value = value
    }
}

/// Timed totals under one set of labels.
package struct LabeledTotals: Sendable {
    package var labels: LabelSet
    package var totals: [TimedTotal]

    package init(labels: LabelSet, totals: [TimedTotal]) {
        self.labels = labels
        self.totals = totals
    }
}

/// A series as the label APIs see it: the label sets of its samples laid over its own labels.
package struct SeriesDescription: Hashable, Sendable {
    package var labels: LabelSet
    package var types: [ProfileType]

    package init(labels: LabelSet, types: [ProfileType]) {
        self.labels = labels
        self.types = types
    }
}
