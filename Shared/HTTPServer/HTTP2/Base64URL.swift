// SPDX-License-Identifier: Apache-2.0

/// The alphabet of `HTTP2-Settings` (RFC 4648 section 5).
enum Base64URL {
    /// Nil for a byte outside the alphabet or an impossible length; padding is allowed and ignored.
    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var bitCount = 0
        for byte in text.utf8 where byte != UInt8(ascii: "=") {
            guard let value = Self.value(byte) else { return nil }
            bits = (bits << 6 | value) & 0xff_ffff
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
            }
        }
        return bitCount < 6 ? bytes : nil
    }

    private static func value(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte &- 65)
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte &- 71)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte &+ 4)
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
