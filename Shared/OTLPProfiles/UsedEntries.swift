// SPDX-License-Identifier: Apache-2.0

/// Numbers the entries of a table that one profile uses, in the order in which it meets them, from 1.
struct UsedEntries {
    /// By place in the table; 0 for those not met.
    private(set) var ids: [UInt32]
    /// Places of the entries met.
    private(set) var used: [Int32] = []

    init(count: Int) { self.ids = Array(repeating: 0, count: count) }

    /// The number of an entry; nil when the table does not have it.
    @inline(__always)
    mutating func id(_ place: Int32) -> Int? {
        guard place >= 0, Int(place) < self.ids.count else { return nil }
        let known = self.ids[Int(place)]
        if known != 0 { return Int(known) }
        self.used.append(place)
        self.ids[Int(place)] = UInt32(self.used.count)
        return self.used.count
    }

    /// Gives an entry a number of the caller's choice.
    mutating func set(_ place: Int32, id: Int) {
        self.used.append(place)
        self.ids[Int(place)] = UInt32(id)
    }

    /// Starts over; costs as much as was used, not as the table has.
    mutating func forget() {
        for place in self.used { self.ids[Int(place)] = 0 }
        self.used.removeAll(keepingCapacity: true)
    }
}
