// SPDX-License-Identifier: Apache-2.0
import Support

extension SplitMix {
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
