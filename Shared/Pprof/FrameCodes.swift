// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Hashes of runs of frames that can be rolled along a stack: a cyclic polynomial over one secret code per
/// frame, so that nobody can choose runs that collide.
///
/// The hash of a run is the xor of its frames' codes, each rotated left by its distance from the run's last
/// frame. Runs of up to 63 frames.
struct FrameCodes: ~Copyable {
    private var codes = Column<UInt64>()
    private var state = UInt64.random(in: .min ... .max)

    /// Makes codes for the frames 0..<`count`; codes do not change once made.
    mutating func prepare(count: Int) {
        while self.codes.count < count {
            // SplitMix64, from a state nobody knows.
            self.state &+= 0x9E37_79B9_7F4A_7C15
            var code = (self.state ^ (self.state &>> 30)) &* 0xBF58_476D_1CE4_E5B9
            code = (code ^ (code &>> 27)) &* 0x94D0_49BB_1331_11EB
            self.codes.append(code ^ (code &>> 31))
        }
    }

    /// The hash of `frames[start..<start + count]`.
    @inline(__always)
    func hash(_ frames: borrowing Column<UInt32>, from start: Int, count: Int) -> UInt64 {
        var hash: UInt64 = 0
        for at in 0..<count {
            hash ^= Self.rotated(self.codes[Int(frames[start + at])], by: UInt64(count - 1 - at))
        }
        return hash
    }

    /// The hash of two runs, one after the other, of which the second has `count` frames.
    @inline(__always)
    static func joined(_ first: UInt64, _ second: UInt64, count: Int) -> UInt64 {
        Self.rotated(first, by: UInt64(count)) ^ second
    }

    /// The hash of a run of `count` frames moved on by one: without frame `old`, with frame `new`.
    @inline(__always)
    func rolled(_ hash: UInt64, count: Int, without old: UInt32, with new: UInt32) -> UInt64 {
        Self.rotated(hash, by: 1) ^ Self.rotated(self.codes[Int(old)], by: UInt64(count))
            ^ self.codes[Int(new)]
    }

    @inline(__always)
    private static func rotated(_ value: UInt64, by count: UInt64) -> UInt64 {
        (value &<< count) | (value &>> (64 &- count))
    }
}
