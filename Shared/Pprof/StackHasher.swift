// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Hashes whole stacks: the sum of each frame times a secret number of its depth, products that do not wait
/// for each other.
///
/// Unknown to senders, so that nobody can choose stacks that collide.
struct StackHasher: ~Copyable {
    /// After so many frames the sum is mixed and the numbers begin again.
    static let periodLength = 1_024

    private(set) var keys = Column<UInt64>(capacity: Self.periodLength)

    /// A hasher with numbers of its own.
    init() {
        for _ in 0..<Self.periodLength { self.keys.append(UInt64.random(in: .min ... .max) | 1) }
    }

    /// The hash of a stack of which `hash` covers the first `depth` frames, with `frame` behind them.
    @inline(__always)
    func appended(_ frame: UInt32, at depth: Int, to hash: UInt64) -> UInt64 {
        let at = depth & (Self.periodLength - 1)
        let sum = hash &+ self.keys[at] &* (UInt64(frame) &+ 1)
        return at == Self.periodLength - 1 ? SampleTable.mix(sum, 1) : sum
    }
}
