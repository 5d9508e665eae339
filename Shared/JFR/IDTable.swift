// SPDX-License-Identifier: Apache-2.0

/// Gives 64-bit ids dense numbers in the order in which they come.
///
/// Open addressing; the hash has a seed of its own in each process, so nobody can choose ids that collide.
struct IDTable {
    /// The ids, by number.
    private(set) var keys: [UInt64] = []
    /// Number plus one, 0 where it is free; the count is a power of two.
    private var slots: [UInt32] = []

    private static let seeds = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max) | 1)

    var count: Int { self.keys.count }

    /// The number of `key`; nil when it never came.
    @inline(__always)
    func number(of key: UInt64) -> Int? {
        guard !self.slots.isEmpty else { return nil }
        let mask = self.slots.count - 1
        var at = Self.hash(key) & mask
        while true {
            let slot = self.slots[at]
            if slot == 0 { return nil }
            if self.keys[Int(slot) - 1] == key { return Int(slot) - 1 }
            at = (at + 1) & mask
        }
    }

    /// The number of `key`, a new one when it never came.
    mutating func insert(_ key: UInt64) -> Int {
        if self.keys.count >= self.slots.count / 2 { self.grow(to: max(64, self.slots.count * 2)) }
        let mask = self.slots.count - 1
        var at = Self.hash(key) & mask
        while true {
            let slot = self.slots[at]
            if slot == 0 { break }
            if self.keys[Int(slot) - 1] == key { return Int(slot) - 1 }
            at = (at + 1) & mask
        }
        self.keys.append(key)
        self.slots[at] = UInt32(self.keys.count)
        return self.keys.count - 1
    }

    /// Makes room for `count` more keys.
    ///
    /// Only where that doubles the table at least: many small steps would copy all keys each time.
    mutating func reserve(_ count: Int) {
        guard count > self.keys.count else { return }
        let wanted = self.keys.count + count
        self.keys.reserveCapacity(wanted)
        var slotCount = max(64, self.slots.count)
        while slotCount / 2 <= wanted { slotCount *= 2 }
        if slotCount > self.slots.count { self.grow(to: slotCount) }
    }

    private mutating func grow(to slotCount: Int) {
        self.slots = [UInt32](repeating: 0, count: slotCount)
        let mask = self.slots.count - 1
        for (number, key) in self.keys.enumerated() {
            var at = Self.hash(key) & mask
            while self.slots[at] != 0 { at = (at + 1) & mask }
            self.slots[at] = UInt32(number + 1)
        }
    }

    @inline(__always)
    private static func hash(_ key: UInt64) -> Int {
        let (high, low) = (key ^ Self.seeds.0).multipliedFullWidth(by: Self.seeds.1)
        return Int(truncatingIfNeeded: high ^ low)
    }
}
