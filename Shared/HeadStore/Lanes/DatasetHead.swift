// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import Pprof
internal import ProfileColumns
internal import ProfileModel

/// What one lane holds of one dataset: its dictionary, the series that grow and those that wait to be in a
/// block.
struct DatasetHead: Sendable {
    let tenant: TenantID
    let service: String
    private var interner = DictionaryInterner()
    private var open: [SeriesSnapshot] = []
    /// Positions in `open` by labels; several when the value types differ.
    private var positions: [LabelSet: [Int]] = [:]
    private var sealed: DatasetSnapshot?
    /// Whether the sealed series use the same dictionary as the open ones.
    private var sharesDictionary = true
    private var seriesByteCount = 0
    private var sealedByteCount = 0

    init(tenant: TenantID, service: String) {
        self.tenant = tenant
        self.service = service
    }

    /// Estimated bytes held.
    var byteCount: Int { self.interner.byteCount + self.seriesByteCount + self.sealedByteCount }
    /// Whether no profile is held.
    var isEmpty: Bool { self.open.isEmpty && self.sealed == nil }

    /// Whether the dictionary is large enough to start over at the next flush.
    func isDictionaryOver(_ limits: DictionaryLimits) -> Bool {
        self.interner.dictionary.nodeCount > limits.nodeCountMax
            || self.interner.labelSets.count > limits.labelSetCountMax
            || self.interner.byteCount > limits.byteCountMax
    }

    /// Whether the dictionary is so far over the limit that nothing more goes in before the flush.
    func isDictionaryFull(_ limits: DictionaryLimits) -> Bool {
        self.interner.dictionary.nodeCount / 4 > limits.nodeCountMax
            || self.interner.byteCount > min(limits.byteCountMax, 512 << 20) * 4
    }

    /// Adds a decoded profile to its series; false when that would be a new one and `admitsSeries` says no.
    mutating func append(
        _ profile: borrowing DecodedProfile,
        labels: LabelSet,
        uid: ProfileUID,
        lsn: UInt64,
        samples: inout SampleColumns,
        admitsSeries: () -> Bool
    ) -> Bool {
        guard let position = self.position(of: labels, profile, admitsSeries) else { return false }
        self.interner.intern(profile, into: &samples)
        let row = ProfileRow(
            timeNanoseconds: profile.timeNanoseconds,
            durationNanoseconds: profile.durationNanoseconds,
            period: profile.period,
            uid: uid,
            lsn: lsn
        )
        let before = self.open[position].samples.bytes.count
        self.open[position].append(row, samples)
        let after = self.open[position].samples.bytes.count
        self.seriesByteCount +=
            after - before + MemoryLayout<ProfileRow>.stride
            + 8 * (1 + self.open[position].types.count)
        return true
    }

    /// Series that grow: those with a profile since the last seal.
    var openSeriesCount: Int { self.open.count }

    private mutating func position(
        of labels: LabelSet,
        _ profile: borrowing DecodedProfile,
        _ admitsSeries: () -> Bool
    ) -> Int? {
        for position in self.positions[labels] ?? []
        where self.open[position].types.matches(profile) { return position }
        guard admitsSeries() else { return nil }
        var types: [ProfileType] = []
        for index in profile.sampleTypes.indices {
            types.append(
                ProfileType(
                    name: profile.name,
                    sampleType: profile.string(profile.sampleTypes[index].type),
                    sampleUnit: profile.string(profile.sampleTypes[index].unit),
                    periodType: profile.string(profile.periodType.type),
                    periodUnit: profile.string(profile.periodType.unit)
                )
            )
        }
        self.positions[labels, default: []].append(self.open.count)
        self.open.append(
            SeriesSnapshot(labels: labels, types: types, samples: SampleChunk(typeCount: types.count))
        )
        self.seriesByteCount += 512 + labels.labels.reduce(0) { $0 + 64 + $1.value.utf8.count }
        return self.open.count - 1
    }
}

extension [ProfileType] {
    /// Whether these are the types of `profile`, without making any text.
    fileprivate func matches(_ profile: borrowing DecodedProfile) -> Bool {
        guard self.count == profile.sampleTypes.count else { return false }
        for (index, type) in self.enumerated() {
            guard profile.isEqual(profile.sampleTypes[index].type, type.sampleType),
                profile.isEqual(profile.sampleTypes[index].unit, type.sampleUnit),
                profile.isEqual(profile.periodType.type, type.periodType),
                profile.isEqual(profile.periodType.unit, type.periodUnit), type.name == profile.name
            else { return false }
        }
        return true
    }
}

extension DecodedProfile {
    fileprivate func isEqual(_ index: UInt32, _ text: String) -> Bool {
        self.withBytes(of: index) { bytes in
            guard bytes.count == text.utf8.count else { return false }
            var offset = 0
            for byte in text.utf8 {
                guard bytes[offset] == byte else { return false }
                offset += 1
            }
            return true
        }
    }
}

extension SeriesSnapshot {
    fileprivate mutating func append(_ row: ProfileRow, _ samples: borrowing SampleColumns) {
        let typeCount = self.types.count
        let first = self.totals.count
        for _ in 0..<typeCount { self.totals.append(0) }
        var type = 0
        for index in samples.values.indices {
            self.totals[first + type] &+= samples.values[index]
            type = type + 1 == typeCount ? 0 : type + 1
        }
        self.samples.append(samples)
        self.profiles.append(row)
    }

    /// Removes the profiles whose records were given up; they are the last ones.
    fileprivate mutating func removeProfiles(after lsn: UInt64) {
        var count = self.profiles.count
        while count > 0, self.profiles[count - 1].lsn > lsn { count -= 1 }
        self.samples.truncate(toProfileCount: count)
        self.totals.removeLast((self.profiles.count - count) * self.types.count)
        self.profiles.removeLast(self.profiles.count - count)
    }
}

// MARK: - Snapshots and generations

extension DatasetHead {
    /// All that is held, as values; two snapshots when the dictionary was started over since the last seal.
    func snapshots() -> [DatasetSnapshot] {
        guard let sealed = self.sealed else { return self.open.isEmpty ? [] : [self.snapshot(self.open)] }
        if self.open.isEmpty { return [sealed] }
        if self.sharesDictionary { return [self.snapshot(sealed.series + self.open)] }
        return [sealed, self.snapshot(self.open)]
    }

    /// The sealed series, for the block writer.
    var sealedSnapshot: DatasetSnapshot? { self.sealed }

    private func snapshot(_ series: [SeriesSnapshot]) -> DatasetSnapshot {
        DatasetSnapshot(
            tenant: self.tenant,
            service: self.service,
            dictionary: self.interner.dictionary,
            labelSets: self.interner.labelSets,
            visible: self.interner.visible,
            series: series
        )
    }

    /// Closes the open series; the dictionary stays unless it has grown over `limits`.
    mutating func seal(_ limits: DictionaryLimits) {
        // A series is empty when all of its records were given up.
        let series = self.open.filter { !$0.profiles.isEmpty }
        self.sealed = series.isEmpty ? nil : self.snapshot(series)
        self.sealedByteCount = self.seriesByteCount
        self.open = []
        self.positions = [:]
        self.seriesByteCount = 0
        self.sharesDictionary = !self.isDictionaryOver(limits)
        if !self.sharesDictionary {
            self.sealedByteCount += self.interner.byteCount
            self.interner = DictionaryInterner()
        }
    }

    /// Forgets the sealed series: a block answers for them now.
    mutating func release() {
        self.sealed = nil
        self.sealedByteCount = 0
        self.sharesDictionary = true
    }

    /// Forgets profiles whose records were given up.
    mutating func removeProfiles(after lsn: UInt64) {
        for index in self.open.indices { self.open[index].removeProfiles(after: lsn) }
        for index in self.sealed?.series.indices ?? 0..<0 {
            self.sealed?.series[index].removeProfiles(after: lsn)
        }
        self.sealed?.series.removeAll { $0.profiles.isEmpty }
        if self.sealed?.series.isEmpty == true { self.release() }
    }
}
