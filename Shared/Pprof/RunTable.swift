// SPDX-License-Identifier: Apache-2.0
//
// Invariant: `isEqual` reads `length` frames from a start that a precondition has checked.
internal import ByteCoding

/// Distinct runs of frames of one length, numbered in order of arrival.
///
/// A run is a place in a column of frames, which must not change while runs are looked up in it: that two
/// runs are equal is decided by their frames. Hashes are the caller's, by `FrameCodes`.
struct RunTable: ~Copyable {
    /// Where a run begins, and its hash.
    ///
    /// Not private: the compiler of Swift 6.3.1 breaks on that in debug builds.
    struct Run: BitwiseCopyable {
        var start: Int
        var hash: UInt64
    }

    /// Frames of each run.
    let length: Int
    private var runs = Column<Run>()
    /// Open addressing; number + 1, 0 for empty.
    private var slots = Column<UInt32>()
    private var mask = 0

    /// A table of runs of `length` frames.
    init(length: Int) { self.length = length }

    /// Forgets all runs and makes room for `count`.
    mutating func removeAll(expecting count: Int) {
        var capacity = 64
        while capacity < count * 2 { capacity *= 2 }
        self.mask = capacity - 1
        self.slots.fill(0, count: capacity)
        self.runs.removeAll()
    }

    /// The number of the run at `start` of `frames`, nil when it is not there.
    func number(at start: Int, hash: UInt64, of frames: borrowing Column<UInt32>) -> Int? {
        let entry = self.slots[self.slot(at: start, hash: hash, frames)]
        return entry == 0 ? nil : Int(entry) - 1
    }

    /// The number of the run at `start` of `frames`, which is added when it is new.
    ///
    /// No more than expected may be added.
    mutating func insert(
        at start: Int,
        hash: UInt64,
        of frames: borrowing Column<UInt32>
    ) -> (number: Int, isNew: Bool) {
        let slot = self.slot(at: start, hash: hash, frames)
        if self.slots[slot] != 0 { return (Int(self.slots[slot]) - 1, false) }
        precondition(self.runs.count * 2 <= self.mask, "more runs than expected")
        self.runs.append(Run(start: start, hash: hash))
        self.slots[slot] = UInt32(self.runs.count)
        return (self.runs.count - 1, true)
    }

    @inline(__always)
    private func slot(at start: Int, hash: UInt64, _ frames: borrowing Column<UInt32>) -> Int {
        var slot = Int(truncatingIfNeeded: hash &>> 32) & self.mask
        while self.slots[slot] != 0 {
            let other = self.runs[Int(self.slots[slot]) - 1]
            if other.hash == hash, self.isEqual(other.start, start, frames) { return slot }
            slot = (slot + 1) & self.mask
        }
        return slot
    }

    private func isEqual(_ left: Int, _ right: Int, _ frames: borrowing Column<UInt32>) -> Bool {
        let last = frames.count - self.length
        precondition(left >= 0 && right >= 0 && left <= last && right <= last, "run out of bounds")
        let (a, b) = unsafe (frames.unsafeStart + left, frames.unsafeStart + right)
        for at in 0..<self.length where unsafe a[at] != b[at] { return false }
        return true
    }
}
