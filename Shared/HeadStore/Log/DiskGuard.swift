// SPDX-License-Identifier: Apache-2.0

/// When to refuse appends because the disk fills up, with some distance before they are taken again.
package struct DiskGuard: Sendable {
    /// How full a disk may get.
    package struct Limits: Hashable, Sendable {
        /// Refuse from this share of the disk on.
        package var usedPercentMax = 90
        /// Take again below this share.
        package var usedPercentResume = 85
        /// Refuse below this many free bytes.
        package var freeByteCountMin: UInt64 = 2 << 30

        package init() {}
    }

    package let limits: Limits
    /// Whether appends are refused.
    package private(set) var isClosed = false

    package init(limits: Limits) { self.limits = limits }

    /// Takes a measurement; returns whether appends are refused from now on.
    package mutating func update(_ space: DiskSpace) -> Bool {
        let free = min(space.freeByteCount, space.totalByteCount)
        let used = space.totalByteCount - free
        let bound = self.isClosed ? self.limits.usedPercentResume : self.limits.usedPercentMax
        let isFull = Double(used) * 100 >= Double(space.totalByteCount) * Double(bound)
        let reserve = self.isClosed ? self.limits.freeByteCountMin / 4 * 5 : self.limits.freeByteCountMin
        self.isClosed = isFull || space.freeByteCount < reserve
        return self.isClosed
    }
}
