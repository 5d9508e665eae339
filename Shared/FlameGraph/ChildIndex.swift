// SPDX-License-Identifier: Apache-2.0

/// Finds the child of a node by name: an open-addressing map from (parent, name) to node.
struct ChildIndex: Sendable {
    private struct Slot {
        var key: UInt64
        var node: UInt32
    }

    /// No parent has this number together with this name, since names are below `UInt32.max`.
    private static let free = UInt64.max

    private var slots: [Slot]
    private var shift: UInt64
    private var count = 0

    /// An index with room for about `capacity` nodes before it grows.
    init(capacity: Int = 0) {
        var bits = 6
        while (1 << bits) < capacity &* 2 { bits += 1 }
        self.slots = Array(repeating: Slot(key: Self.free, node: 0), count: 1 << bits)
        self.shift = UInt64(64 - bits)
    }

    @inline(__always)
    static func key(parent: UInt32, name: UInt32) -> UInt64 { UInt64(parent) &<< 32 | UInt64(name) }

    /// The node under `key`; when there is none, `candidate` becomes it.
    @inline(__always)
    mutating func node(_ key: UInt64, orInsert candidate: UInt32) -> UInt32 {
        let mask = self.slots.count - 1
        var index = Self.hash(key, self.shift)
        while true {
            let slot = self.slots[index]
            if slot.key == key { return slot.node }
            if slot.key == Self.free { break }
            index = (index &+ 1) & mask
        }
        self.slots[index] = Slot(key: key, node: candidate)
        self.count += 1
        if self.count * 2 > self.slots.count { self.grow() }
        return candidate
    }

    /// The node under `key`, nil when there is none.
    func node(_ key: UInt64) -> UInt32? {
        let mask = self.slots.count - 1
        var index = Self.hash(key, self.shift)
        while self.slots[index].key != Self.free {
            if self.slots[index].key == key { return self.slots[index].node }
            index = (index &+ 1) & mask
        }
        return nil
    }

    private mutating func grow() {
        let old = self.slots
        self.slots = Array(repeating: Slot(key: Self.free, node: 0), count: old.count * 2)
        self.shift -= 1
        let mask = self.slots.count - 1
        for slot in old where slot.key != Self.free {
            var index = Self.hash(slot.key, self.shift)
            while self.slots[index].key != Self.free { index = (index &+ 1) & mask }
            self.slots[index] = slot
        }
    }

    @inline(__always)
    private static func hash(_ key: UInt64, _ shift: UInt64) -> Int {
        let mixed = (key ^ (key &>> 32)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: ((mixed ^ (mixed &>> 29)) &* 0xBF58_476D_1CE4_E5B9) &>> shift)
    }
}
