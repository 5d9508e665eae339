// SPDX-License-Identifier: Apache-2.0

/// 128 bits that name a block everywhere: in its file name, in the catalogue, in answers.
package struct BlockID: Hashable, Sendable, CustomStringConvertible {
    package let high: UInt64
    package let low: UInt64

    /// The block with these bits; the upper half comes first in the text.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads the form that `description` writes; nil for anything else, upper case included.
    package init?(parsing text: some StringProtocol) {
        var words: (UInt64, UInt64) = (0, 0)
        var digitCount = 0
        guard text.utf8.count == 36 else { return nil }
        for (offset, byte) in text.utf8.enumerated() {
            if [8, 13, 18, 23].contains(offset) {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = Self.digit(byte) else { return nil }
            if digitCount < 16 { words.0 = words.0 &<< 4 | digit } else { words.1 = words.1 &<< 4 | digit }
            digitCount += 1
        }
        self.init(high: words.0, low: words.1)
    }

    /// 32 lower-case hexadecimal digits in five groups, as UUIDs are written.
    package var description: String {
        var text: [UInt8] = []
        for digit in 0..<32 {
            if [8, 12, 16, 20].contains(digit) { text.append(UInt8(ascii: "-")) }
            let word = digit < 16 ? self.high : self.low
            let nibble = UInt8(truncatingIfNeeded: word &>> UInt64(60 - 4 * (digit % 16))) & 15
            text.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") - 10 + nibble)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        default: nil
        }
    }
}
