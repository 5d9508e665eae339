// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Distinct lists of label pairs, numbered in order of arrival; list 0 is the empty one.
struct PairLists: ~Copyable {
    var lists = Column<DecodedProfile.PairRange>()
    var pairs = Column<DecodedProfile.Pair>()
    /// Open addressing; list + 1, 0 for empty.
    private var slots = Column<UInt32>()
    private var mask = 0

    mutating func removeAll() {
        self.lists.removeAll()
        self.pairs.removeAll()
        self.slots.fill(0, count: 64)
        self.mask = 63
        self.lists.append(DecodedProfile.PairRange(firstPair: 0, pairCount: 0))
    }

    /// The number of `list`, and whether it is new.
    mutating func intern(_ list: borrowing Column<DecodedProfile.Pair>) -> (list: UInt32, isNew: Bool) {
        if list.isEmpty { return (0, false) }
        if self.lists.count * 2 > self.mask { self.grow() }
        var slot = Int(truncatingIfNeeded: Self.hash(list, 0..<list.count)) & self.mask
        while true {
            let entry = self.slots[slot]
            if entry == 0 { break }
            if self.isEqual(Int(entry) - 1, list) { return (entry - 1, false) }
            slot = (slot + 1) & self.mask
        }
        let number = UInt32(self.lists.count)
        self.slots[slot] = number + 1
        let first = UInt32(self.pairs.count)
        self.lists.append(DecodedProfile.PairRange(firstPair: first, pairCount: UInt32(list.count)))
        for index in list.indices { self.pairs.append(list[index]) }
        return (number, true)
    }

    private func isEqual(_ number: Int, _ list: borrowing Column<DecodedProfile.Pair>) -> Bool {
        let range = self.lists[number]
        guard Int(range.pairCount) == list.count else { return false }
        for index in list.indices where self.pairs[Int(range.firstPair) + index] != list[index] {
            return false
        }
        return true
    }

    private mutating func grow() {
        let capacity = (self.mask + 1) * 2
        self.mask = capacity - 1
        self.slots.fill(0, count: capacity)
        for number in 1..<self.lists.count {
            let range = self.lists[number]
            let first = Int(range.firstPair)
            let hash = Self.hash(self.pairs, first..<first + Int(range.pairCount))
            var slot = Int(truncatingIfNeeded: hash) & self.mask
            while self.slots[slot] != 0 { slot = (slot + 1) & self.mask }
            self.slots[slot] = UInt32(number) + 1
        }
    }

    private static func hash(_ pairs: borrowing Column<DecodedProfile.Pair>, _ range: Range<Int>) -> UInt64 {
        var hash = SampleTable.seed
        for index in range {
            hash = SampleTable.mix(SampleTable.mix(hash, pairs[index].name), pairs[index].value)
        }
        return hash
    }
}
