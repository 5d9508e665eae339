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
        /// The root end of the first stack in the profile's frames, and that stack's length.
        var end: Int
        var frameCount: Int
        /// The first location ids of the root end as one number, which decides the order nearly always.
        var key: UInt64 = 0
        /// Number of its root-most frames among `ends`.
        var rootEnd = 0
        var memberCount = 0
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

    private var codes = FrameCodes()
    private var suffixes = RunTable(length: Self.suffixLength)
    private var groups = Column<Group>()
    /// The group of each sample, −1 for stacks too short to have lost any.
    private var groupOf = Column<Int32>()
    /// Hashes of the windows of each group, the furthest from the root first, the root end itself last.
    private var windowHashes = Column<UInt64>()
    /// The distinct root ends of all groups, and in which group's windows each was found.
    private var ends = RunTable(length: Self.windowLength)
    private var found = Column<Reference>()
    /// One bit for each hash of a root end: nearly all windows are none.
    private var filter = Column<UInt64>()
    private var filterMask: UInt64 = 0
    /// Windows that passed the filter.
    private var hits = Column<Reference>()
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

    /// Completes the cut stacks of `profile`, whose samples were all kept in `table` as sent.
    mutating func completeStacks(
        of profile: inout DecodedProfile,
        _ table: inout SampleTable,
        _ tables: borrowing RawTables,
        _ hasher: borrowing StackHasher
    ) {
        self.findGroups(profile, tables)
        guard !self.groups.isEmpty else { return }
        self.limitLast(profile, tables)
        self.findWindows(profile, tables)
        self.findReferences(profile, tables)
        for index in profile.samples.indices where self.groupOf[index] >= 0 {
            let group = Int(self.groupOf[index])
            let reference = self.complete[group]
            guard reference.count > 0, self.groups[group].repairableCount > 0 else { continue }
            self.groups[group].repairableCount -= 1
            let source = self.groups[reference.group]
            table.extend(index, of: &profile, by: source.end - reference.count..<source.end, hasher)
        }
    }

    /// Fills `groups` with their windows, and `groupOf`.
    private mutating func findGroups(_ profile: borrowing DecodedProfile, _ tables: borrowing RawTables) {
        self.codes.prepare(count: tables.locations.count)
        self.suffixes.removeAll(expecting: profile.samples.count)
        self.groups.removeAll()
        self.groupOf.removeAll()
        self.windowHashes.removeAll()
        for index in profile.samples.indices {
            let range = profile.samples[index].frameRange
            guard range.count >= Self.suffixLength else {
                self.groupOf.append(-1)
                continue
            }
            let start = range.upperBound - Self.suffixLength
            let window = self.codes.hash(profile.frames, from: start, count: Self.windowLength)
            let rest = self.codes.hash(
                profile.frames,
                from: start + Self.windowLength,
                count: Self.suffixLength - Self.windowLength
            )
            let whole = FrameCodes.joined(window, rest, count: Self.suffixLength - Self.windowLength)
            let (group, isNew) = self.suffixes.insert(at: start, hash: whole, of: profile.frames)
            if isNew {
                self.groups.append(Group(end: range.upperBound, frameCount: range.count))
                self.appendWindows(from: start, hash: window, profile.frames)
            }
            self.groups[group].memberCount += 1
            self.groupOf.append(Int32(group))
        }
    }

    @inline(__always)
    private mutating func appendWindows(from start: Int, hash: UInt64, _ frames: borrowing Column<UInt32>) {
        var hash = hash
        self.windowHashes.append(hash)
        for at in start..<start + Self.windowCount {
            hash = self.codes.rolled(
                hash,
                count: Self.windowLength,
                without: frames[at],
                with: frames[at + Self.windowLength]
            )
            self.windowHashes.append(hash)
        }
    }

    /// Gives the groups their keys and limits what the last one in order may contribute and get.
    private mutating func limitLast(_ profile: borrowing DecodedProfile, _ tables: borrowing RawTables) {
        var allIDs: UInt64 = 0
        for index in tables.locations.indices { allIDs |= tables.locations[index].id }
        let areShort = allIDs <= UInt64(UInt16.max)
        var last = 0
        for index in self.groups.indices {
            let start = self.groups[index].end - Self.suffixLength
            var key = tables.locations[Int(profile.frames[start])].id.byteSwapped
            for next in start + 1..<start + (areShort ? 4 : 1) {
                // Of ids of two bytes, the others zero, four fit.
                let id = tables.locations[Int(profile.frames[next])].id.byteSwapped
                key |= id &>> UInt64(16 &* (next &- start))
            }
            self.groups[index].key = key
            if self.precedes(last, index, profile, tables) { last = index }
        }
        var before = 0
        for index in self.groups.indices where index != last { before += self.groups[index].memberCount }
        self.groups[last].repairableCount = max(0, self.groups.count - before)
    }

    /// Whether group `left` comes before group `right` in the order of their root ends.
    private func precedes(
        _ left: Int,
        _ right: Int,
        _ profile: borrowing DecodedProfile,
        _ tables: borrowing RawTables
    ) -> Bool {
        let (a, b) = (self.groups[left], self.groups[right])
        if a.key != b.key { return a.key < b.key }
        for back in stride(from: Self.suffixLength, to: 0, by: -1) {
            let one = tables.locations[Int(profile.frames[a.end - back])].id
            let other = tables.locations[Int(profile.frames[b.end - back])].id
            if one != other { return one.byteSwapped < other.byteSwapped }
        }
        return false
    }

    /// Finds for each root end the group that has it furthest from the root; of several the first in order.
    private mutating func findWindows(_ profile: borrowing DecodedProfile, _ tables: borrowing RawTables) {
        self.collectEnds(profile)
        self.filterWindows()
        for hit in self.hits.indices {
            let (index, count) = (self.hits[hit].group, self.hits[hit].count)
            let start = self.groups[index].end - Self.windowLength - count
            let hash = self.windowHashes[index * (Self.windowCount + 1) + Self.windowCount - count]
            guard let root = self.ends.number(at: start, hash: hash, of: profile.frames) else { continue }
            let other = self.found[root]
            let isBetter =
                count > other.count
                || count == other.count && self.precedes(index, other.group, profile, tables)
            if isBetter { self.found[root] = self.hits[hit] }
        }
    }

    /// Fills `hits` with the windows that may be some group's root end.
    private mutating func filterWindows() {
        self.hits.removeAll()
        for index in self.groups.indices where self.groups[index].repairableCount > 0 {
            var places = self.passingPlaces(of: index)
            while places != 0 {
                let place = places.trailingZeroBitCount
                self.hits.append(Reference(group: index, count: Self.windowCount - place))
                places &= places - 1
            }
        }
    }

    /// One bit for each window of `group` that passes the filter.
    @inline(__always)
    private func passingPlaces(of group: Int) -> UInt64 {
        let first = group * (Self.windowCount + 1)
        let (hashes, filter) = (self.windowHashes.span, self.filter.span)
        var places: UInt64 = 0
        for place in 0..<Self.windowCount {
            let hash = hashes[first + place]
            places |= (filter[Int(hash &>> 6 & self.filterMask)] &>> (hash & 63) & 1) &<< UInt64(place)
        }
        return places
    }

    private mutating func collectEnds(_ profile: borrowing DecodedProfile) {
        var wordCount = 64
        while wordCount * 4 < self.groups.count { wordCount *= 2 }
        self.filter.fill(0, count: wordCount)
        self.filterMask = UInt64(wordCount - 1)
        self.ends.removeAll(expecting: self.groups.count)
        self.found.removeAll()
        let stride = Self.windowCount + 1
        for index in self.groups.indices {
            let hash = self.windowHashes[index * stride + Self.windowCount]
            let start = self.groups[index].end - Self.windowLength
            let (number, isNew) = self.ends.insert(at: start, hash: hash, of: profile.frames)
            self.groups[index].rootEnd = number
            guard isNew else { continue }
            self.found.append(Self.none)
            self.filter[Int(hash &>> 6 & self.filterMask)] |= 1 &<< (hash & 63)
        }
    }

    /// Fills `complete`.
    private mutating func findReferences(
        _ profile: borrowing DecodedProfile,
        _ tables: borrowing RawTables
    ) {
        self.direct.removeAll()
        for index in self.groups.indices {
            let found = self.found[self.groups[index].rootEnd]
            self.direct.append(found.group == index ? Self.none : found)
        }
        self.complete.fill(Self.none, count: self.groups.count)
        var firstCircle: Int?
        for index in self.groups.indices where !self.complete(index) {
            if firstCircle.map({ self.precedes(index, $0, profile, tables) }) ?? true { firstCircle = index }
        }
        // What comes behind a circle in order is not completed.
        guard let firstCircle else { return }
        for index in self.groups.indices where self.precedes(firstCircle, index, profile, tables) {
            self.complete[index] = Self.none
        }
    }

    /// Follows a group's references to the end; false for a circle.
    private mutating func complete(_ group: Int) -> Bool {
        var reference = self.direct[group]
        var hops = 0
        while reference.group >= 0, self.direct[reference.group].group >= 0 {
            hops += 1
            if hops == Self.hopCountMax { return false }
            let next = self.direct[reference.group]
            reference = Reference(group: next.group, count: reference.count + next.count)
        }
        if reference.group >= 0, reference.count < self.groups[reference.group].frameCount {
            self.complete[group] = reference
        }
        return true
    }
}
