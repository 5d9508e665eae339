// SPDX-License-Identifier: Apache-2.0
package import ProfileModel

/// What a point stands for.
package enum PointKind: Hashable, Sendable {
    /// A whole profile.
    case profiles
    /// The samples of a profile that belong to one span; samples without a span make no point.
    case spans
}

/// The value of one profile, or of one span of it.
package struct ProfilePoint: Hashable, Sendable {
    package var timeNanoseconds: Int64
    package var value: Int64
    package var uid: ProfileUID
    /// Empty for a whole profile.
    package var spanID: String
    /// Empty for a whole profile, and where the client named none.
    package var traceID: String

    package init(
        timeNanoseconds: Int64,
        value: Int64,
        uid: ProfileUID,
        spanID: String = "",
        traceID: String = ""
    ) {
        self.timeNanoseconds = timeNanoseconds
        self.value = value
        self.uid = uid
        self.spanID = spanID
        self.traceID = traceID
    }
}

/// Points under the same labels.
///
/// One profile may have points under several, where its samples have labels.
package struct LabeledPoints: Sendable {
    /// The labels of the group.
    package var labels: LabelSet
    /// All other visible labels.
    package var rest: LabelSet
    package var points: [ProfilePoint]
    /// Whose they are, in a query over several tenants; a source knows nothing of it.
    package var tenantIndex = 0

    package init(labels: LabelSet, rest: LabelSet, points: [ProfilePoint]) {
        self.labels = labels
        self.rest = rest
        self.points = points
    }
}

/// Sorts the values of profiles into points, for heads and blocks.
///
/// Every label set of a dataset leads to a slot: its samples add to the same point, profile by profile.
package struct PointCollector {
    private struct Slot: Hashable {
        var visible: UInt32
        var spanID: String
        var traceID: String
    }

    private struct Key: Hashable {
        var labels: LabelSet
        var rest: LabelSet
    }

    /// For every label set its slot; nil for samples that make no point.
    package let slots: [Int?]
    private let table: [Slot]
    private let names: Set<String>
    private let visible: [LabelSet]
    private var series: (labels: LabelSet, type: ProfileType)?
    /// Where the slots of the current series lead to.
    private var places: [Int: Int] = [:]
    private var known: [Key: Int] = [:]
    private var groups: [LabeledPoints] = []

    /// Collects points of `kind` of a dataset, grouped by the labels named in `names`.
    package init(_ kind: PointKind, names: Set<String>, labelSets: [LabelSet], visible: VisibleLabelSets) {
        self.names = names
        self.visible = visible.distinct
        var known: [Slot: Int] = [:]
        var table: [Slot] = []
        self.slots = zip(labelSets, visible.indices).map { labels, index in
            var slot = Slot(visible: index, spanID: "", traceID: "")
            if kind == .spans {
                guard let span = labels[LabelName.spanID], !span.isEmpty else { return nil }
                slot.spanID = span
                slot.traceID = labels[LabelName.traceID] ?? ""
            }
            if let position = known[slot] { return position }
            known[slot] = table.count
            table.append(slot)
            return table.count - 1
        }
        self.table = table
    }

    /// The slot that the samples of every label set add to; nil where there are several, or none for some.
    package var onlySlot: Int? {
        self.table.count == 1 && self.slots.allSatisfy { $0 != nil } ? 0 : nil
    }

    /// Goes on with the profiles of another series or type.
    package mutating func begin(series labels: LabelSet, type: ProfileType) {
        self.series = (labels, type)
        self.places.removeAll(keepingCapacity: true)
    }

    /// Adds what one profile of the series has in `slot`; 0 is no point.
    package mutating func add(slot: Int, timeNanoseconds: Int64, uid: ProfileUID, value: Int64) {
        guard value != 0, let series = self.series else { return }
        let place = self.places[slot] ?? self.place(slot: slot, series.labels, series.type)
        self.groups[place].points.append(
            ProfilePoint(
                timeNanoseconds: timeNanoseconds,
                value: value,
                uid: uid,
                spanID: self.table[slot].spanID,
                traceID: self.table[slot].traceID
            )
        )
    }

    /// All points.
    package var collected: [LabeledPoints] { self.groups }

    private mutating func place(slot: Int, _ labels: LabelSet, _ type: ProfileType) -> Int {
        let sample = self.visible[Int(self.table[slot].visible)]
        let all = SeriesLabels.visible(series: labels, type: type, sample: sample)
        let key = Key(
            labels: all.keeping(self.names),
            rest: LabelSet(all.labels.filter { !self.names.contains($0.name) && !$0.value.isEmpty })
        )
        let place = self.known[key, default: self.groups.count]
        if place == self.groups.count {
            self.known[key] = place
            self.groups.append(LabeledPoints(labels: key.labels, rest: key.rest, points: []))
        }
        self.places[slot] = place
        return place
    }
}
