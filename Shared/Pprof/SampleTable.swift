// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// The samples of a profile while they are read: adds up equal ones, drops empty ones, allocates nothing
/// per sample.
///
/// A sample is first written behind the last one kept (`frames`, `values`), then `commit` keeps it, adds it
/// to an equal one, or takes it back.
struct SampleTable: ~Copyable {
    /// Where the open sample's frames and values begin.
    private var frameStart = 0
    private var valueStart = 0
    /// Open addressing; sample + 1, 0 for empty.
    private var slots = Column<UInt32>()
    private var hashes = Column<UInt64>()
    private var mask = 0
    var typeCount = 0
    /// Sums that stay at the largest value because they would not fit.
    private(set) var saturatedSums = 0

    static let seed = UInt64.random(in: .min ... .max)

    /// Mixes one frame into a stack's hash.
    @inline(__always)
    static func mix(_ hash: UInt64, _ frame: UInt32) -> UInt64 {
        let mixed = (hash ^ UInt64(frame)) &* 0x9FB2_1C65_1E98_DF25
        return mixed ^ (mixed &>> 29)
    }

    /// Forgets all samples and makes room for `sampleCount`.
    mutating func reset(_ profile: inout DecodedProfile, sampleCount: Int, typeCount: Int) {
        self.typeCount = typeCount
        self.saturatedSums = 0
        var capacity = 64
        while capacity < sampleCount * 2 { capacity *= 2 }
        self.mask = capacity - 1
        self.slots.fill(0, count: capacity)
        self.hashes.removeAll()
        profile.frames.removeAll()
        profile.values.removeAll()
        profile.samples.removeAll()
        self.frameStart = 0
        self.valueStart = 0
    }

    /// Forgets what was written since the last commit.
    @inline(__always)
    mutating func rollback(_ profile: inout DecodedProfile) {
        profile.frames.truncate(to: self.frameStart)
        profile.values.truncate(to: self.valueStart)
    }

    /// Keeps the open sample as it is, for repairs that need to see all stacks.
    mutating func keep(_ profile: inout DecodedProfile, labelSet: UInt32, hash stackHash: UInt64) {
        self.hashes.append(stackHash)
        self.append(&profile, labelSet: labelSet)
    }

    /// Adds copies of the frames in `range` to kept sample `index`, on the root side.
    ///
    /// The stack moves to the end of the frames. Stacks that would be too many stay as they are.
    mutating func extend(
        _ index: Int,
        of profile: inout DecodedProfile,
        by range: Range<Int>,
        _ hasher: borrowing StackHasher
    ) {
        let own = profile.samples[index].frameRange
        let start = profile.frames.count
        guard start + own.count + range.count <= RawTables.frameCountMax else { return }
        profile.frames.append(copyOf: own)
        profile.frames.append(copyOf: range)
        profile.samples[index].firstFrame = UInt32(truncatingIfNeeded: start)
        profile.samples[index].frameCount += UInt32(truncatingIfNeeded: range.count)
        var hash = self.hashes[index]
        for depth in own.count..<own.count + range.count {
            hash = hasher.appended(profile.frames[start + depth], at: depth, to: hash)
        }
        self.hashes[index] = hash
    }

    /// Adds up and drops, in place, samples that were all kept; frames stay where they are.
    mutating func settle(_ profile: inout DecodedProfile) {
        var keptCount = 0
        for index in profile.samples.indices {
            let row = index * self.typeCount
            guard self.hasWorth(profile.values, row..<row + self.typeCount) else { continue }
            let sample = profile.samples[index]
            let hash = Self.mix(self.hashes[index], sample.labelSet)
            let slot = self.slot(of: sample, hash: hash, profile)
            if self.slots[slot] != 0 {
                self.add(row, to: Int(self.slots[slot]) - 1, &profile.values)
                continue
            }
            if keptCount != index {
                for column in 0..<self.typeCount {
                    profile.values[keptCount * self.typeCount + column] = profile.values[row + column]
                }
                profile.samples[keptCount] = sample
            }
            self.hashes[keptCount] = hash
            keptCount += 1
            self.slots[slot] = UInt32(keptCount)
        }
        profile.samples.truncate(to: keptCount)
        profile.values.truncate(to: keptCount * self.typeCount)
    }

    /// Keeps the open sample, adds it to an equal one, or drops it when a value is negative or none is
    /// positive.
    mutating func commit(_ profile: inout DecodedProfile, labelSet: UInt32, hash stackHash: UInt64) {
        guard self.hasWorth(profile.values, self.valueStart..<profile.values.count) else {
            return self.rollback(&profile)
        }
        let hash = Self.mix(stackHash, labelSet)
        let slot = self.slot(of: self.open(profile, labelSet), hash: hash, profile)
        if self.slots[slot] != 0 {
            self.add(self.valueStart, to: Int(self.slots[slot]) - 1, &profile.values)
            return self.rollback(&profile)
        }
        self.hashes.append(hash)
        self.append(&profile, labelSet: labelSet)
        self.slots[slot] = UInt32(profile.samples.count)
    }

    /// The slot of the kept sample that equals `sample`, or the empty one where it would go.
    @inline(__always)
    private func slot(
        of sample: DecodedProfile.Sample,
        hash: UInt64,
        _ profile: borrowing DecodedProfile
    ) -> Int {
        var slot = Int(truncatingIfNeeded: hash) & self.mask
        while self.slots[slot] != 0 {
            let kept = Int(self.slots[slot]) - 1
            if self.hashes[kept] == hash, Self.isEqual(profile, profile.samples[kept], sample) { return slot }
            slot = (slot + 1) & self.mask
        }
        return slot
    }

    private mutating func append(_ profile: inout DecodedProfile, labelSet: UInt32) {
        profile.samples.append(self.open(profile, labelSet))
        self.frameStart = profile.frames.count
        self.valueStart = profile.values.count
    }

    private func open(_ profile: borrowing DecodedProfile, _ labelSet: UInt32) -> DecodedProfile.Sample {
        DecodedProfile.Sample(
            firstFrame: UInt32(truncatingIfNeeded: self.frameStart),
            frameCount: UInt32(truncatingIfNeeded: profile.frames.count - self.frameStart),
            labelSet: labelSet
        )
    }

    /// Whether a value in `range` is positive and none negative.
    @inline(__always)
    private func hasWorth(_ values: borrowing Column<Int64>, _ range: Range<Int>) -> Bool {
        var all: Int64 = 0
        for index in range { all |= values[index] }
        return all > 0
    }

    @inline(__always)
    private static func isEqual(
        _ profile: borrowing DecodedProfile,
        _ left: DecodedProfile.Sample,
        _ right: DecodedProfile.Sample
    ) -> Bool {
        guard left.labelSet == right.labelSet, left.frameCount == right.frameCount else { return false }
        let frames = profile.frames.span
        let (first, second) = (frames.extracting(left.frameRange), frames.extracting(right.frameRange))
        for offset in first.indices where first[offset] != second[offset] { return false }
        return true
    }

    /// Adds the values from `row` on to those of a kept sample.
    private mutating func add(_ row: Int, to sample: Int, _ values: inout Column<Int64>) {
        for column in 0..<self.typeCount {
            let at = sample * self.typeCount + column
            let (sum, overflow) = values[at].addingReportingOverflow(values[row + column])
            values[at] = overflow ? .max : sum
            if overflow { self.saturatedSums += 1 }
        }
    }
}
