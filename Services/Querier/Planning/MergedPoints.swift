// SPDX-License-Identifier: Apache-2.0
internal import ProfileColumns
internal import ProfileModel
internal import WireAPI

/// One profile or span in one group, put together from everybody's answers.
struct MergedPoint: Sendable {
    var timeNanoseconds: Int64
    var value: Int64
    var uid: ProfileUID
    var spanID: String
    var traceID: String
    /// The labels outside the group that all its parts share.
    var rest: LabelSet

    /// Whether it stands for its cell rather than `other`: the larger value, then the earlier, then by ids.
    func precedes(_ other: MergedPoint) -> Bool {
        if self.value != other.value { return self.value > other.value }
        if self.timeNanoseconds != other.timeNanoseconds {
            return self.timeNanoseconds < other.timeNanoseconds
        }
        if self.spanID != other.spanID { return LabelSet.precedes(self.spanID, other.spanID) }
        if self.traceID != other.traceID { return LabelSet.precedes(self.traceID, other.traceID) }
        return (self.uid.high, self.uid.low) < (other.uid.high, other.uid.low)
    }

    /// As clients see it: a span without the id of its profile (spec/query 5.3).
    var exemplar: TypesV1.Exemplar {
        var exemplar = TypesV1.Exemplar()
        exemplar.timestamp = self.timeNanoseconds / 1_000_000
        exemplar.profileID = self.spanID.isEmpty ? self.uid.uuid : ""
        exemplar.spanID = self.spanID
        exemplar.traceID = self.traceID
        exemplar.value = self.value
        exemplar.labels = QueryService.pairs(self.rest.labels)
        return exemplar
    }
}

/// Points by the labels of their group; parts of one profile or span are added up (spec/query 5.2, 5.3).
struct MergedPoints: Sendable {
    private struct Key: Hashable {
        var tenantIndex: Int
        var timeNanoseconds: Int64
        /// Nil for spans: one span may have samples in several profiles of one instant.
        var uid: ProfileUID?
        var spanID: String
        var traceID: String
    }

    private(set) var groups: [LabelSet: [MergedPoint]] = [:]

    /// Merges the answers of everybody.
    init(_ parts: [LabeledPoints]) {
        var known: [LabelSet: [Key: Int]] = [:]
        for part in parts {
            var places = known.removeValue(forKey: part.labels) ?? [:]
            var points = self.groups.removeValue(forKey: part.labels) ?? []
            for point in part.points {
                let key = Key(
                    tenantIndex: part.tenantIndex,
                    timeNanoseconds: point.timeNanoseconds,
                    uid: point.spanID.isEmpty ? point.uid : nil,
                    spanID: point.spanID,
                    traceID: point.traceID
                )
                if let place = places[key] {
                    points[place].value &+= point.value
                    if points[place].rest != part.rest {
                        points[place].rest = points[place].rest.intersection(part.rest)
                    }
                    continue
                }
                places[key] = points.count
                points.append(
                    MergedPoint(
                        timeNanoseconds: point.timeNanoseconds,
                        value: point.value,
                        uid: point.uid,
                        spanID: point.spanID,
                        traceID: point.traceID,
                        rest: part.rest
                    )
                )
            }
            known[part.labels] = places
            self.groups[part.labels] = points
        }
    }
}

extension LabelSet {
    /// The labels that both have, with the same value.
    fileprivate func intersection(_ other: LabelSet) -> LabelSet {
        LabelSet(self.labels.filter { other[$0.name] == $0.value })
    }
}
