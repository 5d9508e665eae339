// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Gives Go's cut-off stacks their missing root frames back, found in stacks that were not cut (spec/ingest
/// 6.5).
///
/// Go keeps 32 frames of a heap stack and 64 of a CPU stack. Stacks that share their 24 root-most frames
/// form a group; a group whose root end occurs further up in another group is missing what that one has
/// below.
///
/// Answers must equal the real server's, so its peculiarities are kept: groups are taken in the order of
/// their location ids as little-endian bytes, and of the last group only as many stacks count as there are
/// groups beyond the stacks before it.
struct StackRepair: ~Copyable {
    /// Stacks with the same root end.
    struct Group: BitwiseCopyable {
        var firstSample: Int
        var memberCount: Int
        /// Members that may be completed; the first ones.
        var repairableCount = Int.max
    }

    /// Where frames are copied from: the `count` root-most of a group's first stack.
    struct Reference: BitwiseCopyable {
        var group: Int
        var count: Int
    }

    private static let none = Reference(group: -1, count: 0)
    private static let windowCount = 8
    private static let windowLength = 16
    private static let suffixLength = 24
    private static let hopCountMax = 56

    private var frames = Column<UInt32>()
    private var values = Column<Int64>()
    private var samples = Column<DecodedProfile.Sample>()
    private var hashes = Column<UInt64>()

    /// A group on its way into order: the first location ids of its root end decide nearly always.
    private struct GroupKey {
        var key: UInt64
        var group: Int
    }

    private var groupTable = RunTable(length: Self.suffixLength)
    private var groups = Column<Group>()
    /// The group of each sample, −1 for stacks too short to have lost any.
    private var groupOf = Column<Int32>()
    private var order: [GroupKey] = []
    private var windowTable = RunTable(length: Self.windowLength)
    private var windows = Column<Reference>()
    private var direct = Column<Reference>()
    private var complete = Column<Reference>()

    /// Whether some sample type is the heap's: then a stack of 28 frames may be a cut one.
    func isHeap(_ tables: borrowing RawTables) -> Bool {
        for index in tables.sampleTypes.indices {
            let type = tables.sampleTypes[index].type
            if tables.texts.equals(type, "alloc_objects") || tables.texts.equals(type, "alloc_space") {
                return true
            }
            if tables.texts.equals(type, "inuse_objects") || tables.texts.equals(type, "inuse_space") {
                return true
            }
        }
        return false
    }

    /// Whether some stack may have been cut.
    func isNeeded(_ tables: borrowing RawTables, isHeap: Bool, deepest: Int) -> Bool {
        if isHeap, deepest >= 28, deepest < 33 { return true }
        guard deepest >= 60 else { return false }
        for index in tables.sampleTypes.indices
        where tables.texts.equals(tables.sampleTypes[index].type, "cpu") {
            return true
        }
        return false
    }

    /// Drops and adds up the samples of `profile`, which were all kept as sent; with `repairing` after
    /// completing their stacks.
    mutating func settle(
        _ profile: inout DecodedProfile,
        _ table: inout SampleTable,
        _ tables: borrowing RawTables,
        repairing: Bool
    ) {
        self.complete.removeAll()
        if repairing { self.findReferences(profile, tables) }
        swap(&self.frames, &profile.frames)
        swap(&self.values, &profile.values)
        swap(&self.samples, &profile.samples)
        table.swapHashes(&self.hashes)
        table.reset(&profile, sampleCount: self.samples.count, typeCount: table.typeCount)
        for index in self.samples.indices {
            let sample = self.samples[index]
            var hash = self.hashes[index]
            profile.frames.append(self.frames, range: sample.frameRange)
            if !self.complete.isEmpty, self.groupOf[index] >= 0 {
                let group = Int(self.groupOf[index])
                let reference = self.complete[group]
                if reference.count > 0, self.groups[group].repairableCount > 0 {
                    self.groups[group].repairableCount -= 1
                    self.complete(with: reference, &hash, into: &profile)
                }
            }
            let start = index * table.typeCount
            profile.values.append(self.values, range: start..<start + table.typeCount)
            table.commit(&profile, labelSet: sample.labelSet, hash: hash)
        }
    }

    /// Appends the missing frames.
    private func complete(with reference: Reference, _ hash: inout UInt64, into profile: inout DecodedProfile)
    {
        let source = self.samples[self.groups[reference.group].firstSample].frameRange
        for at in max(source.lowerBound, source.upperBound - reference.count)..<source.upperBound {
            profile.frames.append(self.frames[at])
            hash = SampleTable.mix(hash, self.frames[at])
        }
    }

    /// Fills `groups`, `groupOf` and `complete`.
    private mutating func findReferences(_ profile: borrowing DecodedProfile, _ tables: borrowing RawTables) {
        self.findGroups(profile)
        self.orderGroups(profile, tables)
        self.findWindows(profile)
        self.direct.removeAll()
        for index in self.groups.indices {
            let start = self.end(profile, index) - Self.windowLength
            let window = self.windowTable.number(at: start, of: profile.frames)
            let found = window.map { self.windows[$0] } ?? Self.none
            self.direct.append(found.group == index ? Self.none : found)
            self.complete.append(Self.none)
        }
        for index in self.order.lazy.map(\.group) {
            guard let reference = self.reference(of: index) else { return }
            let length =
                reference.group < 0 ? 0 : profile.samples[self.groups[reference.group].firstSample].frameCount
            if reference.count < length { self.complete[index] = reference }
        }
    }

    /// Follows a group's references to the end; nil for a circle: nothing more can be told about this
    /// profile.
    private func reference(of group: Int) -> Reference? {
        var reference = self.direct[group]
        var hops = 0
        while reference.group >= 0, self.direct[reference.group].group >= 0 {
            hops += 1
            if hops == Self.hopCountMax { return nil }
            let next = self.direct[reference.group]
            reference = Reference(group: next.group, count: reference.count + next.count)
        }
        return reference
    }

    /// Fills `order` with the groups in the order of their root ends; limits what the last one may contribute
    /// and get.
    private mutating func orderGroups(
        _ profile: borrowing DecodedProfile,
        _ tables: borrowing RawTables
    ) {
        var order: [GroupKey] = []
        swap(&order, &self.order)
        order.removeAll(keepingCapacity: true)
        var allIDs: UInt64 = 0
        for index in tables.locations.indices { allIDs |= tables.locations[index].id }
        let areShort = allIDs <= UInt64(UInt16.max)
        for index in self.groups.indices {
            let start = self.end(profile, index) - Self.suffixLength
            var key = tables.locations[Int(profile.frames[start])].id.byteSwapped
            for next in start + 1..<start + (areShort ? 4 : 1) {
                // Of ids of two bytes, the others zero, four fit.
                let id = tables.locations[Int(profile.frames[next])].id.byteSwapped
                key |= id &>> UInt64(16 &* (next &- start))
            }
            order.append(GroupKey(key: key, group: index))
        }
        order.sort { left, right in
            guard left.key == right.key else { return left.key < right.key }
            let (a, b) = (self.end(profile, left.group), self.end(profile, right.group))
            for back in stride(from: Self.suffixLength, to: 0, by: -1) {
                let one = tables.locations[Int(profile.frames[a - back])].id
                let other = tables.locations[Int(profile.frames[b - back])].id
                if one != other { return one.byteSwapped < other.byteSwapped }
            }
            return false
        }
        swap(&order, &self.order)
        guard let last = self.order.last?.group else { return }
        var before = 0
        for key in self.order.dropLast() { before += self.groups[key.group].memberCount }
        self.groups[last].repairableCount = max(0, self.groups.count - before)
    }

    /// The root end of a group's first stack in the profile's frames.
    @inline(__always)
    private func end(_ profile: borrowing DecodedProfile, _ group: Int) -> Int {
        profile.samples[self.groups[group].firstSample].frameRange.upperBound
    }

    private mutating func findGroups(_ profile: borrowing DecodedProfile) {
        self.groupTable.removeAll(expecting: profile.samples.count)
        self.groups.removeAll()
        self.groupOf.removeAll()
        for index in profile.samples.indices {
            guard profile.samples[index].frameCount >= Self.suffixLength else {
                self.groupOf.append(-1)
                continue
            }
            let start = profile.samples[index].frameRange.upperBound - Self.suffixLength
            let (group, isNew) = self.groupTable.insert(at: start, of: profile.frames)
            if isNew { self.groups.append(Group(firstSample: index, memberCount: 0)) }
            self.groups[group].memberCount += 1
            self.groupOf.append(Int32(group))
        }
    }

    /// Windows of the groups; of equal ones the first that is furthest from the root counts.
    private mutating func findWindows(_ profile: borrowing DecodedProfile) {
        self.windowTable.removeAll(expecting: self.groups.count * Self.windowCount)
        self.windows.removeAll()
        for index in self.order.lazy.map(\.group) where self.groups[index].repairableCount > 0 {
            let end = self.end(profile, index) - Self.windowLength
            for offset in 1...Self.windowCount {
                let reference = Reference(group: index, count: offset)
                let (window, isNew) = self.windowTable.insert(at: end - offset, of: profile.frames)
                if isNew {
                    self.windows.append(reference)
                } else if self.windows[window].count < offset {
                    self.windows[window] = reference
                }
            }
        }
    }
}
