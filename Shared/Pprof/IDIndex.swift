// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Finds the row of an id: at once when ids are 1, 2, 3, …, else by hash.
///
/// Of equal ids the first row wins.
struct IDIndex: ~Copyable {
    static let absent = UInt32.max

    /// Unknown to senders, so that nobody can choose ids that collide.
    private static let seed = UInt64.random(in: .min ... .max)

    /// How many rows there are when ids are dense; else 0.
    private(set) var denseCount: UInt64 = 0
    /// Open addressing; row + 1, 0 for empty.
    private var slots = Column<UInt32>()
    private var ids = Column<UInt64>()
    private var mask: UInt64 = 0

    /// Prepares for `count` rows, the id of each given by `id`.
    mutating func build(count: Int, id: (Int) -> UInt64) {
        self.denseCount = UInt64(count)
        self.mask = 0
        for row in 0..<count where id(row) != UInt64(row) + 1 {
            self.denseCount = 0
            break
        }
        guard self.denseCount == 0, count > 0 else { return }
        var capacity = 16
        while capacity < count * 2 { capacity *= 2 }
        self.mask = UInt64(capacity - 1)
        self.slots.fill(0, count: capacity)
        self.ids.removeAll()
        for row in 0..<count {
            let key = id(row)
            self.ids.append(key)
            let slot = self.slot(of: key)
            if self.slots[slot] == 0 { self.slots[slot] = UInt32(row) + 1 }
        }
    }

    /// The row of `id`, `absent` when there is none.
    @inline(__always)
    func row(_ id: UInt64) -> UInt32 {
        if id &- 1 < self.denseCount { return UInt32(truncatingIfNeeded: id &- 1) }
        return self.mask == 0 ? Self.absent : self.slots[self.slot(of: id)] &- 1
    }

    private func slot(of id: UInt64) -> Int {
        var slot = ((id ^ Self.seed) &* 0x9E37_79B9_7F4A_7C15) &>> 29 & self.mask
        while true {
            let row = self.slots[Int(slot)]
            if row == 0 || self.ids[Int(row - 1)] == id { return Int(slot) }
            slot = (slot + 1) & self.mask
        }
    }
}
