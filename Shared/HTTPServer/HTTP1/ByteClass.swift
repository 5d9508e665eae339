// SPDX-License-Identifier: Apache-2.0

/// The byte classes of RFC 9110 and 9112.
enum ByteClass {
    static let cr: UInt8 = 13
    static let lf: UInt8 = 10
    static let space: UInt8 = 32
    static let tab: UInt8 = 9
    static let colon: UInt8 = 58

    /// `tchar`: what methods and field names are made of.
    static func isToken(_ byte: UInt8) -> Bool {
        // Bits of the bytes 0–63: ! # $ % & ' * + - . 0-9; of 64–127: A-Z ^ _ ` a-z | ~
        let low: UInt64 = 0x03ff_6cfa_0000_0000
        let high: UInt64 = 0x57ff_ffff_c7ff_fffe
        if byte < 64 { return low >> UInt64(byte) & 1 == 1 }
        return byte < 128 && high >> UInt64(byte &- 64) & 1 == 1
    }

    /// Visible ASCII without `#`: what a target may hold (looser than RFC 3986, as the field's servers are).
    static func isTarget(_ byte: UInt8) -> Bool { byte > 32 && byte < 127 && byte != 35 }

    /// What a field value may hold: visible bytes, space, tab and bytes above ASCII.
    static func isValue(_ byte: UInt8) -> Bool { byte >= 32 && byte != 127 || byte == Self.tab }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte &- 48
        case 65...70: byte &- 55
        case 97...102: byte &- 87
        default: nil
        }
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
}
