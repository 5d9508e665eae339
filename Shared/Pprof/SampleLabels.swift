// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProfileModel

/// Turns the label messages of samples into distinct label sets (spec/ingest 6.4), without allocating per
/// sample.
struct SampleLabels: ~Copyable {
    /// What a label name means; found out once per string.
    private enum NameKind: UInt8 {
        case unknown, ordinary, dropped, spanID, traceID
    }

    /// Lists as sent, and the label set of each.
    private var sent = PairLists()
    private var setOfSent = Column<UInt32>()
    /// Lists after sorting and dropping.
    private(set) var sets = PairLists()
    private var kinds = Column<UInt8>()
    private var open = Column<DecodedProfile.Pair>()
    private var seriesNames: [[UInt8]] = []
    /// Index of the text `span_id`, made when `profile_id` has to be renamed.
    private var spanIDText: UInt32 = 0

    /// Names that clients cannot set, because the server derives them.
    private static let derived = [
        LabelName.profileType, LabelName.type, LabelName.unit, LabelName.periodType, LabelName.periodUnit,
        "__service_name__", LabelName.delta,
    ].map { Array($0.utf8) }

    mutating func removeAll(series: LabelSet) {
        self.sent.removeAll()
        self.setOfSent.removeAll()
        self.setOfSent.append(0)
        self.sets.removeAll()
        self.seriesNames = series.isEmpty ? [] : series.labels.map { Array($0.name.utf8) }
        self.kinds.removeAll()
        self.spanIDText = 0
    }

    /// The label set of a sample with these pairs.
    mutating func labelSet(
        of pairs: borrowing Column<DecodedProfile.Pair>,
        texts: inout TextTable,
        profile: IncomingProfile
    ) throws(ProfileRejection) -> UInt32 {
        let (list, isNew) = self.sent.intern(pairs)
        if !isNew { return self.setOfSent[Int(list)] }
        self.open.removeAll()
        if self.kinds.count < texts.count { self.kinds.fill(0, count: texts.count) }
        for index in pairs.indices { self.insert(pairs[index], texts: &texts) }
        let (set, isNewSet) = self.sets.intern(self.open)
        if isNewSet { try self.check(texts, profile) }
        self.setOfSent.append(set)
        return set
    }

    /// Puts a pair into `open`, which stays sorted by name; of equal names the last one wins.
    private mutating func insert(_ pair: DecodedProfile.Pair, texts: inout TextTable) {
        var pair = pair
        let valueCount = texts.byteCount(pair.value)
        guard valueCount > 0 else { return }
        switch self.kind(of: &pair.name, &texts) {
        case .unknown, .dropped: return
        case .ordinary: break
        case .spanID: guard valueCount == 16, texts.isHex(pair.value) else { return }
        case .traceID: guard valueCount == 32, texts.isHex(pair.value) else { return }
        }
        var at = self.open.count
        while at > 0 {
            let other = self.open[at - 1].name
            if texts.isEqual(other, pair.name) {
                self.open[at - 1].value = pair.value
                return
            }
            if texts.precedes(other, pair.name) { break }
            at -= 1
        }
        self.open.append(pair)
        var last = self.open.count - 1
        while last > at {
            self.open[last] = self.open[last - 1]
            last -= 1
        }
        self.open[at] = pair
    }

    /// What the name means; `profile_id` becomes `span_id`.
    private mutating func kind(of name: inout UInt32, _ texts: inout TextTable) -> NameKind {
        var kind = NameKind(rawValue: self.kinds[Int(name)]) ?? .unknown
        if kind == .unknown {
            kind = self.findKind(of: name, texts)
            self.kinds[Int(name)] = kind.rawValue
        }
        guard kind == .spanID, !texts.equals(name, "span_id") else { return kind }
        if self.spanIDText == 0 { self.spanIDText = texts.append(Array("span_id".utf8)) }
        name = self.spanIDText
        return kind
    }

    private func findKind(of name: UInt32, _ texts: borrowing TextTable) -> NameKind {
        if texts.byteCount(name) == 0 { return .dropped }
        if texts.equals(name, "span_id") || texts.equals(name, "profile_id") { return .spanID }
        if texts.equals(name, "trace_id") { return .traceID }
        for taken in self.seriesNames where texts.equals(name, taken) { return .dropped }
        for taken in Self.derived where texts.equals(name, taken) { return .dropped }
        return .ordinary
    }

    /// Checks the newest set as part of the series it would make.
    private func check(_ texts: borrowing TextTable, _ profile: IncomingProfile) throws(ProfileRejection) {
        let limits = profile.limits
        var count = profile.labels.labels.count
        if profile.labels[LabelName.profileName] == nil { count += 1 }
        var isLong = false
        for index in self.open.indices {
            let pair = self.open[index]
            if LabelName.spanColumns.contains(texts.string(pair.name)) { continue }
            count += 1
            if texts.byteCount(pair.name) > limits.labelNameByteCountMax { isLong = true }
            if texts.byteCount(pair.value) > limits.labelValueByteCountMax { isLong = true }
            if texts.contains(pair.name, byte: 0) || texts.contains(pair.value, byte: 0) { isLong = true }
        }
        guard isLong || count > limits.labelCountMax else { return }
        var labels = profile.labels.labels
        if profile.labels[LabelName.profileName] == nil {
            labels.append(Label(LabelName.profileName, "unknown"))
        }
        for index in self.open.indices {
            let pair = self.open[index]
            if LabelName.spanColumns.contains(texts.string(pair.name)) { continue }
            labels.append(Label(texts.string(pair.name), texts.string(pair.value)))
        }
        labels.sort { LabelSet.precedes($0.name, $1.name) }
        try LabelValidation.check(labels, limits: limits)
    }
}
