// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Distinct runs of frames, numbered in order of arrival.
///
/// 128 bits of a seeded hash stand for a run.
struct RunTable: ~Copyable {
    struct Run: BitwiseCopyable, Equatable {
        var first: UInt64
        var second: UInt64
    }

    private var runs = Column<Run>()
    /// Open addressing; number + 1, 0 for empty.
    private var slots = Column<UInt32>()
    private var mask = 0

    /// Forgets all runs and makes room for `count`.
    mutating func removeAll(expecting count: Int) {
        var capacity = 64
        while capacity < count * 2 { capacity *= 2 }
        self.mask = capacity - 1
        self.slots.fill(0, count: capacity)
        self.runs.removeAll()
    }

    /// The number of `run`, nil when it is not there.
    func number(of run: Run) -> Int? {
        let entry = self.slots[self.slot(of: run)]
        return entry == 0 ? nil : Int(entry) - 1
    }

    /// The number of `run`, which is added when it is new.
    ///
    /// No more than expected may be added.
    mutating func insert(_ run: Run) -> (number: Int, isNew: Bool) {
        let slot = self.slot(of: run)
        if self.slots[slot] != 0 { return (Int(self.slots[slot]) - 1, false) }
        precondition(self.runs.count * 2 <= self.mask, "more runs than expected")
        self.runs.append(run)
        self.slots[slot] = UInt32(self.runs.count)
        return (self.runs.count - 1, true)
    }

    private func slot(of run: Run) -> Int {
        var slot = Int(truncatingIfNeeded: run.first) & self.mask
        while self.slots[slot] != 0, self.runs[Int(self.slots[slot]) - 1] != run {
            slot = (slot + 1) & self.mask
        }
        return slot
    }
}
