// SPDX-License-Identifier: Apache-2.0

/// A generator whose sequence depends on the seed alone.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(self.next() % UInt64(limit)) }

    mutating func text() -> String {
        String((0..<self.below(9)).map { _ in Array("abé🔥_\"")[self.below(6)] })
    }

    /// `whole` with up to four bytes changed.
    mutating func damaged(_ whole: [UInt8]) -> [UInt8] {
        var bytes = whole
        for _ in 0...self.below(4) where !bytes.isEmpty {
            bytes[self.below(bytes.count)] = UInt8(truncatingIfNeeded: self.next())
        }
        return bytes
    }
}
