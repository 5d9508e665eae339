// SPDX-License-Identifier: Apache-2.0

/// Open addressing from hash to id; whether an id is the one looked for is always decided by content.
///
/// A slot is 32 bits of the hash and the id plus one; 0 is a free slot.
struct IDTable: Sendable {
    private var slots: [UInt64]
    private var mask: Int
    private(set) var count = 0

    /// An empty table with room for a few ids.
    init() {
        self.slots = [UInt64](repeating: 0, count: 64)
        self.mask = 63
    }

    /// The id with `hash` that `isEqual` accepts.
    @inline(__always)
    func find(_ hash: UInt32, _ isEqual: (_ id: UInt32) -> Bool) -> UInt32? {
        let slots = self.slots.span
        var index = Int(hash) & self.mask
        while true {
            let slot = slots[index]
            if slot == 0 { return nil }
            if UInt32(truncatingIfNeeded: slot &>> 32) == hash {
                let id = UInt32(truncatingIfNeeded: slot) &- 1
                if isEqual(id) { return id }
            }
            index = (index &+ 1) & self.mask
        }
    }

    /// Adds an id that `find` did not find.
    mutating func insert(_ hash: UInt32, id: UInt32) {
        if self.count &* 2 >= self.slots.count { self.grow() }
        self.place(UInt64(hash) &<< 32 | UInt64(id &+ 1))
        self.count += 1
    }

    /// Bytes held.
    var byteCount: Int { self.slots.count * 8 }

    private mutating func place(_ slot: UInt64) {
        var index = Int(slot &>> 32) & self.mask
        while self.slots[index] != 0 { index = (index &+ 1) & self.mask }
        self.slots[index] = slot
    }

    private mutating func grow() {
        let old = self.slots
        self.slots = [UInt64](repeating: 0, count: old.count * 2)
        self.mask = self.slots.count - 1
        for slot in old where slot != 0 { self.place(slot) }
    }
}

/// Mixes integers into a hash.
struct IntegerHash {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// Takes in one value.
    @inline(__always)
    mutating func add(_ value: UInt64) {
        let product = (self.state ^ value).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        self.state = product.high ^ product.low &+ 0x2545_F491_4F6C_DD1D
    }

    /// The hash of all that was taken in.
    var value: UInt32 { UInt32(truncatingIfNeeded: self.state ^ (self.state &>> 32)) }
}
