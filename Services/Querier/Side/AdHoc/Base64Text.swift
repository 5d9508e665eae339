// SPDX-License-Identifier: Apache-2.0

/// Base64 with padding (RFC 4648, section 4); line ends are skipped.
enum Base64Text {
    /// The bytes of `text`; the error tells where it stops being base64.
    static func decoded(_ text: String) throws(AdHocFault) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 4 * 3)
        var group: UInt32 = 0
        var count = 0
        var padding = 0
        for (offset, character) in text.utf8.enumerated() {
            if character == 0x0A || character == 0x0D { continue }
            if character == UInt8(ascii: "="), count >= 2, padding + count < 4 {
                padding += 1
                continue
            }
            guard padding == 0, let value = Self.value(character) else { throw Self.fault(offset) }
            group = group << 6 | value
            count += 1
            if count == 4 {
                bytes += [UInt8(truncatingIfNeeded: group >> 16), UInt8(truncatingIfNeeded: group >> 8)]
                bytes.append(UInt8(truncatingIfNeeded: group))
                (group, count) = (0, 0)
            }
        }
        guard count == 0 || count + padding == 4 else { throw Self.fault(text.utf8.count) }
        if count == 3 {
            bytes += [UInt8(truncatingIfNeeded: group >> 10), UInt8(truncatingIfNeeded: group >> 2)]
        } else if count == 2 {
            bytes.append(UInt8(truncatingIfNeeded: group >> 4))
        }
        return bytes
    }

    private static func fault(_ offset: Int) -> AdHocFault {
        AdHocFault("failed to upload profile: illegal base64 data at input byte \(offset)")
    }

    private static func value(_ character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character) - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character) + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
