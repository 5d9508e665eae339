// SPDX-License-Identifier: Apache-2.0

/// Deadlines of many connections, hashed by time: setting one costs a few nanoseconds, none needs a task.
///
/// A key that comes out is only a hint: its owner looks at its true deadline and sets the wheel again if that
/// is later. Deadlines beyond one revolution come out early, for the same reason.
package struct TimerWheel {
    private let tickNanoseconds: Int64
    private var slots: [[UInt64]]
    private var count = 0
    /// Ticks up to this one are done.
    private var doneTick: Int64
    /// No key lies in a tick before this one.
    private var nextTick = Int64.max

    /// An empty wheel whose slots are `tick` apart.
    package init(now: LoopInstant, tick: Duration = .milliseconds(20), slotCount: Int = 1_024) {
        self.tickNanoseconds = LoopInstant(nanoseconds: 0).advanced(by: tick).nanoseconds
        self.slots = Array(repeating: [], count: slotCount)
        self.doneTick = now.nanoseconds / self.tickNanoseconds
    }

    /// Makes `key` come out at `deadline`, rounded up to a tick; answers when it will.
    @discardableResult
    package mutating func set(_ key: UInt64, at deadline: LoopInstant) -> LoopInstant {
        let last = self.doneTick &+ Int64(self.slots.count) &- 1
        let tick = min(max(deadline.nanoseconds / self.tickNanoseconds &+ 1, self.doneTick &+ 1), last)
        self.slots[Int(tick % Int64(self.slots.count))].append(key)
        self.count += 1
        self.nextTick = min(self.nextTick, tick)
        return LoopInstant(nanoseconds: tick &* self.tickNanoseconds)
    }

    /// When the loop must look again; nil when no deadline is set.
    package var next: LoopInstant? {
        self.count == 0 ? nil : LoopInstant(nanoseconds: self.nextTick &* self.tickNanoseconds)
    }

    /// Takes out every key due at `now`.
    package mutating func takeDue(_ now: LoopInstant) -> [UInt64] {
        let tick = now.nanoseconds / self.tickNanoseconds
        guard self.count > 0, tick >= self.nextTick else {
            self.doneTick = max(self.doneTick, tick)
            return []
        }
        var due: [UInt64] = []
        let last = min(tick, self.doneTick &+ Int64(self.slots.count))
        var at = self.nextTick
        while at <= last {
            let slot = Int(at % Int64(self.slots.count))
            due += self.slots[slot]
            self.slots[slot] = []
            at &+= 1
        }
        self.count -= due.count
        self.doneTick = max(self.doneTick, tick)
        self.findNext()
        return due
    }

    private mutating func findNext() {
        self.nextTick = .max
        guard self.count > 0 else { return }
        for step in 1...Int64(self.slots.count) {
            let tick = self.doneTick &+ step
            if !self.slots[Int(tick % Int64(self.slots.count))].isEmpty {
                self.nextTick = tick
                return
            }
        }
    }
}
