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

    /// Exchanges the hashes of what was kept for an empty column.
    mutating func swapHashes(_ other: inout Column<UInt64>) { swap(&self.hashes, &other) }

    /// Keeps the open sample, adds it to an equal one, or drops it when a value is negative or none is
    /// positive.
    mutating func commit(_ profile: inout DecodedProfile, labelSet: UInt32, hash stackHash: UInt64) {
        guard self.hasWorth(profile.values) else { return self.rollback(&profile) }
        let hash = Self.mix(stackHash, labelSet)
        var slot = Int(truncatingIfNeeded: hash) & self.mask
        while true {
            let entry = self.slots[slot]
            if entry == 0 { break }
            let sample = Int(entry) - 1
            if self.hashes[sample] == hash, self.isEqual(profile, sample, labelSet) {
                self.add(&profile.values, to: sample)
                return self.rollback(&profile)
            }
            slot = (slot + 1) & self.mask
        }
        self.slots[slot] = UInt32(profile.samples.count) + 1
        self.hashes.append(hash)
        self.append(&profile, labelSet: labelSet)
    }

    private mutating func append(_ profile: inout DecodedProfile, labelSet: UInt32) {
        let sample = DecodedProfile.Sample(
            firstFrame: UInt32(truncatingIfNeeded: self.frameStart),
            frameCount: UInt32(truncatingIfNeeded: profile.frames.count - self.frameStart),
            labelSet: labelSet
        )
        profile.samples.append(sample)
        self.frameStart = profile.frames.count
        self.valueStart = profile.values.count
    }

    /// Whether the open sample has a positive value and no negative one.
    @inline(__always)
    private func hasWorth(_ values: borrowing Column<Int64>) -> Bool {
        var all: Int64 = 0
        for index in self.valueStart..<values.count { all |= values[index] }
        return all > 0
    }

    private func isEqual(_ profile: borrowing DecodedProfile, _ index: Int, _ labelSet: UInt32) -> Bool {
        let sample = profile.samples[index]
        let count = profile.frames.count - self.frameStart
        guard sample.labelSet == labelSet, Int(sample.frameCount) == count else { return false }
        let start = Int(sample.firstFrame)
        for offset in 0..<count
        where profile.frames[start + offset] != profile.frames[self.frameStart + offset] {
            return false
        }
        return true
    }

    private mutating func add(_ values: inout Column<Int64>, to sample: Int) {
        for column in 0..<self.typeCount {
            let at = sample * self.typeCount + column
            let (sum, overflow) = values[at].addingReportingOverflow(values[self.valueStart + column])
            values[at] = overflow ? .max : sum
            if overflow { self.saturatedSums += 1 }
        }
    }
}
